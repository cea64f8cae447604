// Memory as the system gives it, for the allocator.
#pragma once

#include <cstddef>

namespace inkstone {

/// The system hands out and takes back multiples of this.
constexpr size_t kHugePage = size_t{2} << 20;

/// WebAssembly has no way to give memory back.
#if defined(__wasm__)
constexpr bool kMemoryIsReturned = false;
#else
constexpr bool kMemoryIsReturned = true;
#endif

constexpr size_t roundUp(size_t value, size_t step) { return (value + step - 1) / step * step; }

/// A segment of whole huge pages, or null.
char* systemAllocate(size_t bytes);
void systemFree(char* memory);

/// One range of addresses whose beginning is memory. Blocks of any size join there as neighbours, where segments would
/// leave holes behind: batches differ in width, and hardly a block of one fits exactly into what another left.
class Reservation {
 public:
  /// There is one unless it is not wanted, or not to be had.
  explicit Reservation(bool wanted);

  bool exists() const { return exists_; }

  /// Where the next bytes will be. Something else may lie before it, but only in WebAssembly.
  char* top() const;

  /// Makes memory of the next bytes (whole huge pages). False when the system has none.
  bool raise(size_t bytes);

  /// Returns the last bytes (whole huge pages) to the system.
  void lower(size_t bytes);

 private:
  bool exists_ = false;
#if !defined(__wasm__)
  char* top_ = nullptr;
  [[maybe_unused]] char* end_ = nullptr;
#endif
};

}  // namespace inkstone
