// How work is cut into pieces. Cuts depend on the problem alone, never on the number of threads.
#pragma once

#include <algorithm>

#include "base/parallel.h"

namespace inkstone {

/// The size of a piece when `size` is cut into pieces of at most `most`, as equal as possible.
inline int64_t evenPiece(int64_t size, int64_t most) {
  return ceilDivide(size, ceilDivide(size, std::max<int64_t>(most, 1)));
}

/// Inputs that a row of `outputs` outputs reads.
inline int64_t patchExtent(int64_t outputs, int64_t stride, int64_t taps) { return (outputs - 1) * stride + taps; }

}  // namespace inkstone
