#include "base/allocator.h"

#include <cstdint>
#include <map>
#include <mutex>
#include <new>
#include <set>
#include <unordered_map>
#include <utility>

#include "base/lock.h"
#include "base/system_memory.h"

namespace inkstone {
namespace {

constexpr size_t kAlignment = 64;

/// Small blocks (parameters, statistics) live apart from images, so that a long-lived vector never pins a big segment.
constexpr size_t kSmallLimit = size_t{256} << 10;
constexpr size_t kSmallSegment = size_t{2} << 20;
constexpr size_t kLargeSegment = size_t{32} << 20;

/// A remainder below this stays with its block instead of becoming a free block of its own.
constexpr size_t kSmallestRemainder = 256;

struct Block {
  size_t bytes;
  bool free;
  bool firstOfSegment;
};

/// Segments, or one reservation, cut into blocks: the best fit is split, neighbours are joined again when freed.
class Arena {
 public:
  explicit Arena(size_t segmentBytes, bool inOneRange = false) : segmentBytes_(segmentBytes), range_(inOneRange) {}

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
    if (!kMemoryIsReturned) return 0;
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
    char* const top = range_.top();
    const auto last = blocks_.empty() ? blocks_.end() : std::prev(blocks_.end());
    const bool joins = last != blocks_.end() && last->first + last->second.bytes == top;
    const size_t present = joins && last->second.free ? last->second.bytes : 0;
    const size_t size = roundUp(bytes - present, kHugePage);
    if (!range_.raise(size)) return 0;
    if (present == 0) {
      addFree(top, size, !joins);
    } else {
      free_.erase({present, last->first});
      last->second.bytes += size;
      free_.insert({last->second.bytes, last->first});
    }
    return size;
  }

  /// Gives back the whole huge pages of the last block when it is free.
  size_t trimRange() {
    if (!range_.exists() || blocks_.empty()) return 0;
    const auto last = std::prev(blocks_.end());
    if (!last->second.free) return 0;
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
  void* allocate(uint64_t bytes) {
    if (bytes > SIZE_MAX / 2) throw std::bad_alloc();
    const size_t size = roundUp(bytes == 0 ? 1 : static_cast<size_t>(bytes), kAlignment);
    std::lock_guard<Lock> lock(mutex_);
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
    std::lock_guard<Lock> lock(mutex_);
    char* const address = static_cast<char*>(pointer);
    size_t bytes = small_.give(address);
    if (bytes == 0) bytes = large_.give(address);
    current_ -= bytes;
  }

  MemoryStatistics statistics() {
    std::lock_guard<Lock> lock(mutex_);
    return {current_, peak_, reserved_};
  }

  void resetPeak() {
    std::lock_guard<Lock> lock(mutex_);
    peak_ = current_;
  }

  void trim() {
    std::lock_guard<Lock> lock(mutex_);
    trimLocked();
  }

 private:
  void trimLocked() { reserved_ -= small_.trim() + large_.trim(); }

  Lock mutex_;
  Arena small_{kSmallSegment};
  Arena large_{kLargeSegment, true};
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

void* allocate(uint64_t bytes) { return allocator().allocate(bytes); }
void release(void* pointer) { allocator().release(pointer); }
MemoryStatistics memoryStatistics() { return allocator().statistics(); }
void resetPeakMemory() { allocator().resetPeak(); }
void trimMemory() { allocator().trim(); }

}  // namespace inkstone
