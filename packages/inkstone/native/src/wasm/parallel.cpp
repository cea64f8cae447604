// As base/parallel.cpp, for WebAssembly. The calls of the thread that a memory belongs to come one after the other; its helpers
// stay in `help` until JavaScript ends them.
#include "base/parallel.h"

#include <atomic>
#include <exception>

#include "base/lock.h"
#include "wasm/threads.h"

namespace inkstone {
namespace {

constexpr int kMaxThreads = 256;

/// Looks for work before a helper goes to sleep: about 30 µs, the gap between two kernels of one step.
constexpr int kSpins = 20000;

struct Job {
  void (*run)(void*, int64_t, int);
  void* context;
  int64_t parts;
  int workers;                       // threads that may take part, the caller included
  std::atomic<int64_t> next{0};      // first part nobody has taken
  std::atomic<bool> failed{false};
  std::exception_ptr error;          // of the part that failed first
};

int threads = 1;
bool ownerMayWait = true;

std::atomic<Job*> current{nullptr};
std::atomic<int32_t> ticket{0};    // grows with every job
std::atomic<int32_t> sleeping{0};  // helpers that wait for the next ticket
std::atomic<int32_t> active{0};    // helpers that may hold `current`
std::atomic<bool> callerWaits{false};

thread_local bool insidePart = false;
thread_local bool isHelper = false;

constexpr int64_t kForever = -1;

void waitWhile(std::atomic<int32_t>& word, int32_t value) {
  __builtin_wasm_memory_atomic_wait32(reinterpret_cast<int32_t*>(&word), value, kForever);
}

void wake(std::atomic<int32_t>& word) {
  __builtin_wasm_memory_atomic_notify(reinterpret_cast<int32_t*>(&word), kMaxThreads);
}

void takeParts(Job& job, int worker) {
  insidePart = true;
  for (;;) {
    const int64_t part = job.next.fetch_add(1, std::memory_order_relaxed);
    if (part >= job.parts) break;
    try {
      job.run(job.context, part, worker);
    } catch (...) {
      if (!job.failed.exchange(true)) job.error = std::current_exception();
    }
  }
  insidePart = false;
}

void waitForHelpers() {
  for (int spin = 0; spin < kSpins; spin++) {
    if (active == 0) return;
  }
  callerWaits = true;
  for (int32_t count = active; count != 0; count = active) {
    if (ownerMayWait) waitWhile(active, count);
  }
  callerWaits = false;
}

void leave() {
  active.fetch_sub(1);
  if (callerWaits) wake(active);
}

}  // namespace

int threadCount() { return threads; }
void setThreadCount(int count) { threads = count < 1 ? 1 : count > kMaxThreads ? kMaxThreads : count; }

bool mayWait() { return isHelper || ownerMayWait; }
void setMayWait(bool may) { ownerMayWait = may; }

void runParts(int64_t parts, void (*run)(void*, int64_t, int), void* context) {
  const int workers = static_cast<int>(parts < threads ? parts : threads);
  if (workers <= 1 || insidePart) {
    for (int64_t part = 0; part < parts; part++) run(context, part, 0);
    return;
  }
  Job job;
  job.run = run;
  job.context = context;
  job.parts = parts;
  job.workers = workers;
  current = &job;
  ticket.fetch_add(1);
  if (sleeping > 0) wake(ticket);
  takeParts(job, 0);
  // Nobody joins any more; a helper that is still asleep is not waited for.
  current = nullptr;
  waitForHelpers();
  if (job.error) std::rethrow_exception(job.error);
}

void help(int worker) {
  isHelper = true;
  for (int32_t seen = 0;;) {
    for (int spin = 0; spin < kSpins && ticket == seen; spin++) {
    }
    if (ticket == seen) {
      sleeping.fetch_add(1);
      waitWhile(ticket, seen);
      sleeping.fetch_sub(1);
    }
    seen = ticket;
    // First announced, then looked at: the caller first takes the job away and then waits for those who are announced.
    active.fetch_add(1);
    Job* const job = current;
    if (job != nullptr && worker < job->workers) takeParts(*job, worker);
    leave();
  }
}

}  // namespace inkstone
