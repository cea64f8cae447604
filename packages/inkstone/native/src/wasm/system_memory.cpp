// As base/system_memory.cpp, over WebAssembly's one memory, which grows at its end. What the C library allocates lies in
// what was there from the start.
#include "base/system_memory.h"

#include <cstdint>

namespace inkstone {
namespace {

constexpr size_t kPage = size_t{64} << 10;

}  // namespace

char* systemAllocate(size_t bytes) {
  const size_t page = __builtin_wasm_memory_grow(0, bytes / kPage);
  return page == SIZE_MAX ? nullptr : reinterpret_cast<char*>(page * kPage);
}

void systemFree(char*) {}

Reservation::Reservation(bool wanted) : exists_(wanted) {}

char* Reservation::top() const { return reinterpret_cast<char*>(__builtin_wasm_memory_size(0) * kPage); }

bool Reservation::raise(size_t bytes) { return systemAllocate(bytes) != nullptr; }

void Reservation::lower(size_t) {}

}  // namespace inkstone
