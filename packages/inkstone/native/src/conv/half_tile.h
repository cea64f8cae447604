// The matrix product of half arithmetic: bfloat16 operands in pairs along k, fp32 sums. What tile.h is to fp32.
#pragma once

#include <algorithm>

#include "base/parallel.h"
#include "conv/panel.h"

namespace inkstone {
namespace INKSTONE_ISA {

/// How k is cut: into blocks of an even number of elements, at most 32 (a row of an AMX tile). Panels are padded with
/// zeros to whole blocks; the left operand is read that far, too, where it must not hold infinities or NaN.
constexpr int64_t kMostBlockDepth = 32;

constexpr int64_t halfBlockDepth(int64_t depth) {
  const int64_t blocks = (depth + kMostBlockDepth - 1) / kMostBlockDepth;
  return ((depth + blocks - 1) / blocks + 1) / 2 * 2;
}

constexpr int64_t paddedDepth(int64_t depth, int64_t blockDepth) {
  return (depth + blockDepth - 1) / blockDepth * blockDepth;
}

/// c[m][n] (+)= sum over segments s and k < depth of a[s·aSegment + m·aRow + k/2·aPair + k%2] · b[s][k][n]. `b` is one
/// panel: [segment][padded depth / 2][panel columns][2]. Strides are in elements; AMX takes 2 for `aPair`.
struct HalfJob {
  const BFloat16* a;
  int64_t aRow;
  int64_t aPair = 2;
  int64_t aSegment;
  const BFloat16* b;
  int64_t segments;
  int64_t depth;
  int64_t blockDepth;
  float* c;
  int64_t cRow;
  int64_t rows;
  bool accumulate;
};

}  // namespace INKSTONE_ISA
}  // namespace inkstone

#if defined(__AMX_BF16__)
#include "conv/half_tile_amx.h"
#else
#include "conv/half_tile_vector.h"
#endif

namespace inkstone {
namespace INKSTONE_ISA {

/// All rows of a job times one panel of `width` columns. A HalfUnit of the job's block depth must be alive.
inline void multiplyHalves(const HalfJob& job, int64_t width) {
  if (width > kTileLanes) {
    multiplyHalfPanel<2>(job);
  } else {
    multiplyHalfPanel<1>(job);
  }
}

}  // namespace INKSTONE_ISA
}  // namespace inkstone
