// Mutual exclusion for what is done in microseconds.
#pragma once

#if defined(__wasm__)
#include <atomic>
#include <cstdint>
#else
#include <mutex>
#endif

namespace inkstone {

#if defined(__wasm__)
/// Whether this thread may sleep. All may but a page's own.
bool mayWait();

/// std::mutex would bring the C++ library's threads along, and those a runtime of their own. All zeros while it is free.
class Lock {
 public:
  void lock() {
    constexpr int64_t kNanoseconds = 50'000;
    // Whoever meets a held lock looks again soon instead of being woken.
    while (held_.exchange(1) != 0) {
      if (mayWait()) __builtin_wasm_memory_atomic_wait32(reinterpret_cast<int32_t*>(&held_), 1, kNanoseconds);
    }
  }
  void unlock() { held_ = 0; }

 private:
  std::atomic<int32_t> held_{0};
};
#else
using Lock = std::mutex;
#endif

}  // namespace inkstone
