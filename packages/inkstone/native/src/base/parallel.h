// One thread pool for the process. Work is cut into parts that depend on the problem alone, never on the number of
// threads, so that sums come out bit for bit the same however many threads take part.
#pragma once

#include <cstdint>

namespace inkstone {

/// Threads that take part in the caller's `parallelFor`, itself included. Starts as INKSTONE_THREADS or the core count;
/// every JavaScript thread has its own setting.
int threadCount();
void setThreadCount(int count);

/// Calls run(context, part, worker) once for every part in [0, parts); returns when all are done. Parts are handed out
/// dynamically. 0 <= worker < threadCount() names the thread, for scratch that a thread may reuse. Nested calls and
/// calls that meet a busy pool (another JavaScript thread) run on the calling thread. When parts throw, the first
/// exception is thrown again here, after every part was tried.
void runParts(int64_t parts, void (*run)(void* context, int64_t part, int worker), void* context);

/// [begin, end) of the elements that belong to one of `parts` nearly equal parts of `size`.
struct Range {
  int64_t begin;
  int64_t end;
};

inline Range rangeOf(int64_t part, int64_t parts, int64_t size) {
  return {size * part / parts, size * (part + 1) / parts};
}

inline int64_t ceilDivide(int64_t a, int64_t b) { return (a + b - 1) / b; }

namespace INKSTONE_ISA {

/// fn(part, worker) for every part. See `runParts`.
template <class Function>
inline void parallelFor(int64_t parts, const Function& fn) {
  runParts(
      parts,
      [](void* context, int64_t part, int worker) {
        (*static_cast<const Function*>(context))(part, worker);
      },
      const_cast<Function*>(&fn));
}

}  // namespace INKSTONE_ISA
}  // namespace inkstone
