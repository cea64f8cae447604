// Maps that losses compare: float32, or uint8 of 0 and 1.
#pragma once

#include "base/check.h"
#include "base/visit.h"
#include "kernels/tiles.h"

namespace inkstone {
namespace INKSTONE_ISA {

/// Where a part of `kElementsPerPart` ends.
inline int64_t partEnd(int64_t part, int64_t size) {
  const int64_t end = (part + 1) * kElementsPerPart;
  return end < size ? end : size;
}

/// fn(TypeTag) with the type of a map, whose size is checked.
template <class Function>
inline void withMapType(const Buffer& map, int64_t size, const char* name, const Function& fn) {
  checkSize(map, size, name);
  if (map.dtype == DType::uint8) return fn(TypeTag<uint8_t>{});
  checkedData(map, DType::float32, size, name);
  fn(TypeTag<float>{});
}

}  // namespace INKSTONE_ISA
}  // namespace inkstone
