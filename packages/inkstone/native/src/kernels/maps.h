// What losses have in common: the maps that they compare, float32 or uint8 of 0 and 1, and the number that they write.
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

/// The number that a loss writes. Sums of a loss in a half type are rounded to it before they are divided, as they are
/// where autocast leaves losses in half precision: in float16 a sum above 65504 is infinite.
class Loss {
 public:
  explicit Loss(const Buffer& buffer) : buffer_(buffer) { checkSize(buffer, 1, "loss"); }

  bool rounds() const { return buffer_.dtype != DType::float32; }

  /// A sum as it is kept.
  double kept(double sum) const {
    if (!rounds()) return sum;
    double value = sum;
    withFloatType(buffer_.dtype, [&](auto tag) {
      typename decltype(tag)::type stored;
      fromFloat(static_cast<float>(sum), stored);
      value = toFloat(stored);
    });
    return value;
  }

  void write(double value) const {
    withFloatType(buffer_.dtype, [&](auto tag) {
      fromFloat(static_cast<float>(value), *static_cast<typename decltype(tag)::type*>(buffer_.data));
    });
  }

 private:
  Buffer buffer_;
};

}  // namespace INKSTONE_ISA
}  // namespace inkstone
