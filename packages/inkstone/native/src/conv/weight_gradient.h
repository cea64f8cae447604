// The gradient of a correlation's weights: a matrix product whose inner dimension is pixels.
#pragma once

#include "base/simd.h"
#include "conv/conv.h"

namespace inkstone {
namespace INKSTONE_ISA {

/// dWeight[n][c][u][v] = sum over (image, row, col) of
///   x[image, row · stride − top + u, col · stride − left + v, c] · y[image, row, col, n].
struct WeightGradient {
  Operand x;
  ImageShape in;
  Operand y;
  /// [rows, cols] of y.
  int64_t rows, cols;
  int64_t columns;
  int64_t tapRows, tapCols, stride, top, left;
  float* dWeight;
  /// x and y are rounded to bfloat16 before they are multiplied.
  bool half;
};

void weightGradient(WeightGradient problem);

/// out[c] = sum of x[pixel, c] over all pixels; x has no affine.
void channelSums(const Operand& x, int64_t pixels, int64_t channels, float* out);

}  // namespace INKSTONE_ISA
}  // namespace inkstone
