#include "base/parallel.h"

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <thread>

namespace inkstone {
namespace {

constexpr int kMaxThreads = 256;

/// Turns to look for work before a thread goes to sleep: about 30 µs, the gap between two kernels of one step.
constexpr int kSpins = 1000;

struct Job {
  void (*run)(void*, int64_t, int);
  void* context;
  int64_t parts;
  int workers;                      // threads that may take part, the caller included
  std::atomic<int64_t> next{0};     // first part nobody has taken
  std::atomic<int> active{0};       // helpers that have not left the job
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

/// Never destroyed: its detached threads outlive every static destructor.
class Pool {
 public:
  Pool() {
    int count = static_cast<int>(std::thread::hardware_concurrency());
    if (const char* wish = std::getenv("INKSTONE_THREADS")) {
      const int parsed = std::atoi(wish);
      if (parsed > 0) count = parsed;
    }
    setCount(count);
  }

  int count() const { return count_.load(std::memory_order_relaxed); }

  void setCount(int count) {
    count_.store(count < 1 ? 1 : count > kMaxThreads ? kMaxThreads : count, std::memory_order_relaxed);
  }

  void run(int64_t parts, void (*fn)(void*, int64_t, int), void* context) {
    const int workers = static_cast<int>(parts < count() ? parts : count());
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
    // Every started helper passes by, also those that have no share in this job: only then may `job` go out of scope.
    job.active.store(started_, std::memory_order_relaxed);
    {
      std::lock_guard<std::mutex> lock(mutex_);
      job_ = &job;
      ticket_.fetch_add(1, std::memory_order_release);
    }
    wake_.notify_all();
    takeParts(job, 0);
    for (int spin = 0; job.active.load(std::memory_order_acquire) > 0; spin++) {
      if (spin < kSpins) pause();
      else std::this_thread::yield();
    }
    owner_.unlock();
    if (job.error) std::rethrow_exception(job.error);
  }

 private:
  void startThreads(int wanted) {
    while (started_ < wanted) {
      const int worker = started_ + 1;
      std::thread([this, worker, seen = ticket_.load()]() { helperLoop(worker, seen); }).detach();
      started_++;
    }
  }

  void helperLoop(int worker, uint64_t seen) {
    for (;;) {
      for (int spin = 0; spin < kSpins && ticket_.load(std::memory_order_acquire) == seen; spin++) pause();
      Job* job;
      {
        std::unique_lock<std::mutex> lock(mutex_);
        wake_.wait(lock, [&] { return ticket_.load(std::memory_order_relaxed) != seen; });
        seen = ticket_.load(std::memory_order_relaxed);
        job = job_;
      }
      if (worker < job->workers) takeParts(*job, worker);
      job->active.fetch_sub(1, std::memory_order_release);
    }
  }

  std::atomic<int> count_{1};
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

int threadCount() { return pool().count(); }
void setThreadCount(int count) { pool().setCount(count); }

void runParts(int64_t parts, void (*run)(void*, int64_t, int), void* context) {
  if (parts > 0) pool().run(parts, run, context);
}

}  // namespace inkstone
