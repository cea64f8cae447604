// The caching allocator behind every storage and every kernel's scratch. Counts what it hands out.
#pragma once

#include <cstddef>
#include <cstdint>

namespace inkstone {

struct MemoryStatistics {
  size_t current;   // bytes in live storages and scratch
  size_t peak;      // highest `current` since resetPeak
  size_t reserved;  // bytes taken from the system
};

/// Uninitialised memory, 64-byte aligned. Throws std::bad_alloc. Safe to call from any thread.
void* allocate(uint64_t bytes);

/// Takes back what `allocate` gave; null is ignored.
void release(void* pointer);

MemoryStatistics memoryStatistics();
void resetPeakMemory();

/// Returns wholly free segments to the system.
void trimMemory();

/// Scratch that lives as long as a kernel's call.
template <class T>
class Scratch {
 public:
  explicit Scratch(int64_t count) : data_(static_cast<T*>(allocate(static_cast<uint64_t>(count) * sizeof(T)))) {}
  ~Scratch() { release(data_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  T* data() const { return data_; }
  T& operator[](int64_t index) const { return data_[index]; }

 private:
  T* data_;
};

}  // namespace inkstone
