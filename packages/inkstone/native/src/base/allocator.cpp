#include "base/allocator.h"

#include <cstdint>
#include <cstdlib>
#include <map>
#include <mutex>
#include <new>
#include <set>
#include <unordered_map>
#include <utility>

#if !defined(_WIN32)
#include <sys/mman.h>
#endif

namespace inkstone {
namespace {

constexpr size_t kAlignment = 64;
constexpr size_t kHugePage = size_t{2} << 20;

/// Small blocks (parameters, statistics) live apart from images, so that a long-lived vector never pins a big segment.
constexpr size_t kSmallLimit = size_t{256} << 10;
constexpr size_t kSmallSegment = size_t{2} << 20;
constexpr size_t kLargeSegment = size_t{32} << 20;

/// Address space, not memory: more than any machine has. Where it is not to be had, large blocks live in segments too.
constexpr size_t kReservation = size_t{1} << 40;

/// A remainder below this stays with its block instead of becoming a free block of its own.
constexpr size_t kSmallestRemainder = 256;

size_t roundUp(size_t value, size_t step) { return (value + step - 1) / step * step; }

char* systemAllocate(size_t bytes) {
#if defined(_WIN32)
  return static_cast<char*>(_aligned_malloc(bytes, kHugePage));
#else
  void* memory = nullptr;
  if (posix_memalign(&memory, kHugePage, bytes) != 0) return nullptr;
#if defined(__linux__)
  madvise(memory, bytes, MADV_HUGEPAGE);
#endif
  return static_cast<char*>(memory);
#endif
}

void systemFree(void* memory) {
#if defined(_WIN32)
  _aligned_free(memory);
#else
  std::free(memory);
#endif
}

/// One range of addresses whose beginning is memory. Blocks of any size join there as neighbours, where segments would
/// leave holes behind: batches differ in width, and hardly a block of one fits exactly into what another left.
class Reservation {
 public:
  /// None for 0 bytes.
  explicit Reservation(size_t bytes) {
#if !defined(_WIN32)
    if (bytes == 0) return;
    int flags = MAP_PRIVATE | MAP_ANONYMOUS;
#if defined(MAP_NORESERVE)
    flags |= MAP_NORESERVE;
#endif
    void* const memory = mmap(nullptr, bytes + kHugePage, PROT_NONE, flags, -1, 0);
    if (memory == MAP_FAILED) return;
    const auto address = roundUp(reinterpret_cast<uintptr_t>(memory), kHugePage);
    top_ = reinterpret_cast<char*>(address);
    end_ = top_ + bytes;
#else
    (void)bytes;
#endif
  }

  bool exists() const { return top_ != nullptr; }
  char* top() const { return top_; }

  /// Makes memory of the next bytes (whole huge pages). False when the system has none.
  bool raise(size_t bytes) {
#if !defined(_WIN32)
    if (bytes > static_cast<size_t>(end_ - top_)) return false;
    if (mprotect(top_, bytes, PROT_READ | PROT_WRITE) != 0) return false;
#if defined(__linux__)
    madvise(top_, bytes, MADV_HUGEPAGE);
#endif
#endif
    top_ += bytes;
    return true;
  }

  /// Returns the last bytes (whole huge pages) to the system.
  void lower(size_t bytes) {
    top_ -= bytes;
#if !defined(_WIN32)
    madvise(top_, bytes, MADV_DONTNEED);
    mprotect(top_, bytes, PROT_NONE);
#endif
  }

 private:
  char* top_ = nullptr;
  [[maybe_unused]] char* end_ = nullptr;
};

struct Block {
  size_t bytes;
  bool free;
  bool firstOfSegment;
};

/// Segments, or one reservation, cut into blocks: the best fit is split, neighbours are joined again when freed.
class Arena {
 public:
  explicit Arena(size_t segmentBytes, size_t reservation = 0)
      : segmentBytes_(segmentBytes), range_(reservation) {}

  /// Null when no free block is large enough.
  char* take(size_t bytes) {
    const auto fit = free_.lower_bound({bytes, nullptr});
    if (fit == free_.end()) return nullptr;
    char* const address = fit->second;
    free_.erase(fit);
    Block& block = blocks_.find(address)->second;
    block.free = false;
    const size_t rest = block.bytes - bytes;
    if (rest >= kSmallestRemainder) {
      block.bytes = bytes;
      addFree(address + bytes, rest, false);
    }
    return address;
  }

  /// Bytes given back, or 0 when the address is not of this arena.
  size_t give(char* address) {
    auto here = blocks_.find(address);
    if (here == blocks_.end() || here->second.free) return 0;
    const size_t bytes = here->second.bytes;
    here->second.free = true;
    const auto next = std::next(here);
    if (next != blocks_.end() && next->second.free && !next->second.firstOfSegment) {
      free_.erase({next->second.bytes, next->first});
      here->second.bytes += next->second.bytes;
      blocks_.erase(next);
    }
    if (!here->second.firstOfSegment) {
      const auto previous = std::prev(here);
      if (previous->second.free) {
        free_.erase({previous->second.bytes, previous->first});
        previous->second.bytes += here->second.bytes;
        blocks_.erase(here);
        here = previous;
      }
    }
    free_.insert({here->second.bytes, here->first});
    return bytes;
  }

  size_t blockBytes(char* address) const { return blocks_.find(address)->second.bytes; }

  /// Bytes added so that there is room for `bytes` in one piece, or 0 when the system has none.
  size_t grow(size_t bytes) {
    if (range_.exists()) return growRange(bytes);
    const size_t size = roundUp(bytes > segmentBytes_ ? bytes : segmentBytes_, kHugePage);
    char* const memory = systemAllocate(size);
    if (memory == nullptr) return 0;
    segments_[memory] = size;
    addFree(memory, size, true);
    return size;
  }

  /// Bytes returned to the system.
  size_t trim() {
    size_t total = trimRange();
    for (auto segment = segments_.begin(); segment != segments_.end();) {
      const auto block = blocks_.find(segment->first);
      if (block->second.free && block->second.bytes == segment->second) {
        free_.erase({block->second.bytes, block->first});
        blocks_.erase(block);
        systemFree(segment->first);
        total += segment->second;
        segment = segments_.erase(segment);
      } else {
        ++segment;
      }
    }
    return total;
  }

 private:
  /// The block that ends where the range does is made longer, or a new one begins there.
  size_t growRange(size_t bytes) {
    const auto last = lastFree();
    const size_t present = last == blocks_.end() ? 0 : last->second.bytes;
    const size_t size = roundUp(bytes - present, kHugePage);
    char* const top = range_.top();
    if (!range_.raise(size)) return 0;
    if (present == 0) {
      addFree(top, size, blocks_.empty());
    } else {
      free_.erase({present, last->first});
      last->second.bytes += size;
      free_.insert({last->second.bytes, last->first});
    }
    return size;
  }

  /// Gives back the whole huge pages of the last block when it is free.
  size_t trimRange() {
    const auto last = range_.exists() ? lastFree() : blocks_.end();
    if (last == blocks_.end()) return 0;
    const size_t bytes = last->second.bytes / kHugePage * kHugePage;
    const size_t rest = last->second.bytes - bytes;
    free_.erase({last->second.bytes, last->first});
    if (rest == 0) {
      blocks_.erase(last);
    } else {
      last->second.bytes = rest;
      free_.insert({rest, last->first});
    }
    if (bytes > 0) range_.lower(bytes);
    return bytes;
  }

  std::map<char*, Block>::iterator lastFree() {
    if (blocks_.empty()) return blocks_.end();
    const auto last = std::prev(blocks_.end());
    return last->second.free ? last : blocks_.end();
  }

  void addFree(char* address, size_t bytes, bool first) {
    blocks_[address] = {bytes, true, first};
    free_.insert({bytes, address});
  }

  size_t segmentBytes_;
  Reservation range_;
  std::unordered_map<char*, size_t> segments_;
  std::map<char*, Block> blocks_;
  std::set<std::pair<size_t, char*>> free_;
};

class Allocator {
 public:
  void* allocate(size_t bytes) {
    if (bytes > SIZE_MAX / 2) throw std::bad_alloc();
    const size_t size = roundUp(bytes == 0 ? 1 : bytes, kAlignment);
    std::lock_guard<std::mutex> lock(mutex_);
    Arena& arena = size <= kSmallLimit ? small_ : large_;
    char* address = arena.take(size);
    if (address == nullptr) {
      size_t grown = arena.grow(size);
      if (grown == 0) {
        trimLocked();
        grown = arena.grow(size);
      }
      if (grown == 0) throw std::bad_alloc();
      reserved_ += grown;
      address = arena.take(size);
    }
    current_ += arena.blockBytes(address);
    if (current_ > peak_) peak_ = current_;
    return address;
  }

  void release(void* pointer) {
    if (pointer == nullptr) return;
    std::lock_guard<std::mutex> lock(mutex_);
    char* const address = static_cast<char*>(pointer);
    size_t bytes = small_.give(address);
    if (bytes == 0) bytes = large_.give(address);
    current_ -= bytes;
  }

  MemoryStatistics statistics() {
    std::lock_guard<std::mutex> lock(mutex_);
    return {current_, peak_, reserved_};
  }

  void resetPeak() {
    std::lock_guard<std::mutex> lock(mutex_);
    peak_ = current_;
  }

  void trim() {
    std::lock_guard<std::mutex> lock(mutex_);
    trimLocked();
  }

 private:
  void trimLocked() { reserved_ -= small_.trim() + large_.trim(); }

  std::mutex mutex_;
  Arena small_{kSmallSegment};
  Arena large_{kLargeSegment, kReservation};
  size_t current_ = 0;
  size_t peak_ = 0;
  size_t reserved_ = 0;
};

/// Never destroyed: storages of other threads may outlive static destructors.
Allocator& allocator() {
  static Allocator* const instance = new Allocator;
  return *instance;
}

}  // namespace

void* allocate(size_t bytes) { return allocator().allocate(bytes); }
void release(void* pointer) { allocator().release(pointer); }
MemoryStatistics memoryStatistics() { return allocator().statistics(); }
void resetPeakMemory() { allocator().resetPeak(); }
void trimMemory() { allocator().trim(); }

}  // namespace inkstone
