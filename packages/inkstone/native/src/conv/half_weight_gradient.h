// The gradient of weights in half arithmetic. k is pixels, so x is transposed: [channel][pixel]. y lies in panels, in pairs
// of pixels. Pixels between two rows of y, where x has its halo, are zeros in the panels, so that k is one run.
#pragma once

#include "conv/half_tile.h"
#include "conv/weight_gradient_blocking.h"

namespace inkstone {
namespace INKSTONE_ISA {

/// A patch of x by its phases: with stride 2, pixels that a tap meets lie in every other row and column. A plane holds one
/// channel's pixels of one phase, and there a tap is a distance.
struct PhasedPatch {
  int64_t stride;
  int64_t rowPhases, colPhases;
  int64_t rows, cols;  // of a plane
  int64_t channelPitch;

  PhasedPatch(const WeightGradient& p, int64_t outputRows, int64_t outputCols);

  /// Where the pixels of a tap begin.
  int64_t offset(int64_t tapRow, int64_t tapCol) const {
    const int64_t phase = tapRow % stride * colPhases + tapCol % stride;
    return (phase * rows + tapRow / stride) * cols + tapCol / stride;
  }
};

/// Adds one block to a partial sum [tap row][tap col][channel][group columns].
class HalfBlock : GradientBlock {
 public:
  using Element = BFloat16;

  HalfBlock(const WeightGradient& p, const GradientBlocking& b, int64_t block)
      : GradientBlock(p, b, block), planes_(p, rows_, cols_) {}

  /// Elements of a patch, with the row that it is read through, and of the panels of y.
  static int64_t patchSize(const WeightGradient& p, const GradientBlocking& b);
  static int64_t panelSize(const WeightGradient& p, const GradientBlocking& b);

  void addTo(float* partial, int64_t first, int64_t count, BFloat16* patch, BFloat16* panels, bool accumulate) const;

 private:
  void transpose(int64_t channel, int64_t channels, BFloat16* row, BFloat16* out) const;
  void multiplyChunk(float* partial, int64_t channel, int64_t channels, int64_t count, const BFloat16* patch,
                     const BFloat16* panels, bool accumulate) const;

  PhasedPatch planes_;
};

/// Of the blocks of pixels in a blocking whose rows and columns are known.
int64_t halfGradientBlockDepth(const WeightGradient& p, const GradientBlocking& b);

}  // namespace INKSTONE_ISA
}  // namespace inkstone
