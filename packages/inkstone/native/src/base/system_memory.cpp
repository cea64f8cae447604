#include "base/system_memory.h"

#include <cstdint>
#include <cstdlib>

#if !defined(_WIN32)
#include <sys/mman.h>
#endif

namespace inkstone {

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

void systemFree(char* memory) {
#if defined(_WIN32)
  _aligned_free(memory);
#else
  std::free(memory);
#endif
}

Reservation::Reservation(bool wanted) {
#if !defined(_WIN32)
  /// Address space, not memory: more than any machine has.
  constexpr size_t kBytes = size_t{1} << 40;
  if (!wanted) return;
  int flags = MAP_PRIVATE | MAP_ANONYMOUS;
#if defined(MAP_NORESERVE)
  flags |= MAP_NORESERVE;
#endif
  void* const memory = mmap(nullptr, kBytes + kHugePage, PROT_NONE, flags, -1, 0);
  if (memory == MAP_FAILED) return;
  exists_ = true;
  top_ = reinterpret_cast<char*>(roundUp(reinterpret_cast<uintptr_t>(memory), kHugePage));
  end_ = top_ + kBytes;
#else
  (void)wanted;
#endif
}

char* Reservation::top() const { return top_; }

bool Reservation::raise(size_t bytes) {
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

void Reservation::lower(size_t bytes) {
  top_ -= bytes;
#if !defined(_WIN32)
  madvise(top_, bytes, MADV_DONTNEED);
  mprotect(top_, bytes, PROT_NONE);
#endif
}

}  // namespace inkstone
