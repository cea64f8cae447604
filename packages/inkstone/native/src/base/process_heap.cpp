#include "base/process_heap.h"

#include <cstdlib>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace inkstone {

void keepLittle() {
#if defined(__GLIBC__)
  // Pictures and maps, of about a megabyte each, are mapped and unmapped; glibc by itself soon keeps them in its threads' heaps.
  constexpr int kMapped = 512 << 10;
  constexpr int kHeaps = 2;
  mallopt(M_MMAP_THRESHOLD, kMapped);
  mallopt(M_ARENA_MAX, kHeaps);
#endif
}

}  // namespace inkstone
