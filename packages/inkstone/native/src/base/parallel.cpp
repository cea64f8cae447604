#include "base/parallel.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>

#if defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#elif defined(__APPLE__)
#include <dlfcn.h>
#endif

namespace inkstone {
namespace {

/// Threads of the pool must not lose their code when the last environment that uses the addon goes. On Linux the linker sees to it.
void stayLoaded() {
#if defined(_WIN32)
  HMODULE self = nullptr;
  GetModuleHandleExA(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN,
                     reinterpret_cast<LPCSTR>(&stayLoaded), &self);
#elif defined(__APPLE__)
  Dl_info self;
  if (dladdr(reinterpret_cast<const void*>(&stayLoaded), &self) != 0) dlopen(self.dli_fname, RTLD_NOW | RTLD_NODELETE);
#endif
}

constexpr int kMaxThreads = 256;

/// How long a thread looks for work before it goes to sleep: until others have finished their last parts and the next kernel
/// has begun, for the system takes long to wake it.
constexpr std::chrono::microseconds kPatience{300};
/// How long of that it keeps its processor to itself. Later it gives way to whoever has work.
constexpr std::chrono::microseconds kAlone{30};

struct Job {
  void (*run)(void*, int64_t, int);
  void* context;
  int64_t parts;
  int workers;                      // threads that may take part, the caller included
  std::atomic<int64_t> next{0};     // first part nobody has taken
  std::atomic<int> active{0};       // helpers that have joined and not yet left
  std::exception_ptr error;         // the first exception, guarded by errorMutex
  std::mutex errorMutex;
};

inline void pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#else
  std::this_thread::yield();
#endif
}

/// Waits for `done` without sleeping, but not for longer than kPatience.
template <class Condition>
void lookOut(const Condition& done) {
  const auto start = std::chrono::steady_clock::now();
  for (;;) {
    for (int i = 0; i < 32; i++) {
      if (done()) return;
      pause();
    }
    const auto waited = std::chrono::steady_clock::now() - start;
    if (waited > kPatience) return;
    if (waited > kAlone) std::this_thread::yield();
  }
}

thread_local bool insidePart = false;

void takeParts(Job& job, int worker) {
  insidePart = true;
  for (;;) {
    const int64_t part = job.next.fetch_add(1, std::memory_order_relaxed);
    if (part >= job.parts) break;
    try {
      job.run(job.context, part, worker);
    } catch (...) {
      std::lock_guard<std::mutex> lock(job.errorMutex);
      if (!job.error) job.error = std::current_exception();
    }
  }
  insidePart = false;
}

int bounded(int count) { return count < 1 ? 1 : count > kMaxThreads ? kMaxThreads : count; }

int initialCount() {
  const char* const wish = std::getenv("INKSTONE_THREADS");
  const int count = wish == nullptr ? 0 : std::atoi(wish);
  return count > 0 ? count : static_cast<int>(std::thread::hardware_concurrency());
}

/// Each JavaScript thread has its own count: no other can change it between a kernel's look at it and its work.
int& ownCount() {
  thread_local int count = bounded(initialCount());
  return count;
}

/// Never destroyed: its detached threads outlive every static destructor.
class Pool {
 public:
  void run(int64_t parts, void (*fn)(void*, int64_t, int), void* context) {
    const int count = threadCount();
    const int workers = static_cast<int>(parts < count ? parts : count);
    if (workers <= 1 || insidePart || !owner_.try_lock()) {
      for (int64_t part = 0; part < parts; part++) fn(context, part, 0);
      return;
    }
    startThreads(workers - 1);
    Job job;
    job.run = fn;
    job.context = context;
    job.parts = parts;
    job.workers = workers;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      job_ = &job;
      ticket_.fetch_add(1, std::memory_order_release);
    }
    wake_.notify_all();
    takeParts(job, 0);
    {
      // Nobody joins any more; a helper that is still asleep is not waited for.
      std::lock_guard<std::mutex> lock(mutex_);
      job_ = nullptr;
    }
    const auto allLeft = [&] { return job.active.load(std::memory_order_acquire) == 0; };
    while (!allLeft()) lookOut(allLeft);
    owner_.unlock();
    if (job.error) std::rethrow_exception(job.error);
  }

 private:
  void startThreads(int wanted) {
    if (started_ == 0) stayLoaded();
    while (started_ < wanted) {
      const int worker = started_ + 1;
      try {
        std::thread([this, worker, seen = ticket_.load()]() { helperLoop(worker, seen); }).detach();
      } catch (const std::system_error&) {
        return;  // the system has no more threads: those there are do the work
      }
      started_++;
    }
  }

  void helperLoop(int worker, uint64_t seen) {
    for (;;) {
      lookOut([&] { return ticket_.load(std::memory_order_acquire) != seen; });
      Job* job;
      {
        std::unique_lock<std::mutex> lock(mutex_);
        wake_.wait(lock, [&] { return ticket_.load(std::memory_order_relaxed) != seen; });
        seen = ticket_.load(std::memory_order_relaxed);
        job = job_;
        if (job == nullptr || worker >= job->workers) continue;
        job->active.fetch_add(1, std::memory_order_relaxed);
      }
      takeParts(*job, worker);
      job->active.fetch_sub(1, std::memory_order_release);
    }
  }

  std::mutex owner_;  // held by the thread whose job runs
  std::mutex mutex_;  // guards job_ and the sleepers
  std::condition_variable wake_;
  std::atomic<uint64_t> ticket_{0};
  Job* job_ = nullptr;
  int started_ = 0;
};

Pool& pool() {
  static Pool* const instance = new Pool;
  return *instance;
}

}  // namespace

int threadCount() { return ownCount(); }
void setThreadCount(int count) { ownCount() = bounded(count); }

void runParts(int64_t parts, void (*run)(void*, int64_t, int), void* context) {
  if (parts > 0) pool().run(parts, run, context);
}

}  // namespace inkstone
