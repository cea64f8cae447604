// The core of every dense convolution but the gradient of the weights: a correlation of a padded image with a small
// rectangular kernel, as a matrix product [pixels, taps · channels] × [taps · channels, columns].
#pragma once

#include <vector>

#include "base/simd.h"
#include "conv/conv.h"

namespace inkstone {
namespace INKSTONE_ISA {

/// The weight of (column n, channel c, tap row u, tap column v) is
/// data[columnOffset[n] + c · channelStep + u · rowStep + v · colStep].
struct WeightView {
  const float* data;
  std::vector<int64_t> columnOffset;
  int64_t channelStep, rowStep, colStep;
};

/// The value of (image, row, col, column n) goes to element
/// base + image · imagePitch + row · rowPitch + col · pixelPitch + (n / groupWidth) · groupPitch + n % groupWidth.
struct OutputView {
  Output output;
  int64_t base, imagePitch, rowPitch, pixelPitch;
  int64_t groupWidth, groupPitch;
};

/// Output (row, col) reads input rows from row · stride − top and columns from col · stride − left.
struct Correlation {
  Operand x;
  ImageShape in;
  int64_t tapRows, tapCols, stride, top, left;
  int64_t rows, cols;
  int64_t columns;
  WeightView weight;
  OutputView y;
  /// Column n belongs to channel n % outChannels: for `bias` and `moments`, both of which may be null.
  int64_t outChannels;
  const float* bias = nullptr;
  MomentsOutput moments;
  /// Operands are rounded to bfloat16 before they are multiplied.
  bool half = false;
};

void correlate(Correlation problem);

}  // namespace INKSTONE_ISA
}  // namespace inkstone
