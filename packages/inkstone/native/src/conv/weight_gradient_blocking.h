// How the gradient of weights is cut into pieces.
#pragma once

#include <algorithm>

#include "conv/cut.h"
#include "conv/weight_gradient.h"

namespace inkstone {
namespace INKSTONE_ISA {

constexpr int64_t kMostSplits = 32;

/// Pixels are cut into blocks, blocks are dealt to splits that each keep a partial sum; columns are cut into groups.
/// A part is one split of one group.
struct GradientBlocking {
  int64_t rows, cols;
  int64_t rowBlocks, colBlocks, blocks;
  int64_t splits;
  int64_t groupColumns, groups;
  int64_t chunkChannels, pixelPitch;
  /// So many pixels deep are the blocks of k in which bfloat16s are multiplied; 0 where floats are.
  int64_t blockDepth;
};

GradientBlocking gradientBlockingOf(const WeightGradient& problem);

/// Where a block lies.
struct GradientBlock {
  const WeightGradient& p_;
  const GradientBlocking& b_;
  int64_t image_, row_, col_, rows_, cols_, patchRows_, patchCols_;

  GradientBlock(const WeightGradient& p, const GradientBlocking& b, int64_t block) : p_(p), b_(b) {
    image_ = block / (b.rowBlocks * b.colBlocks);
    row_ = block / b.colBlocks % b.rowBlocks * b.rows;
    col_ = block % b.colBlocks * b.cols;
    rows_ = std::min(b.rows, p.rows - row_);
    cols_ = std::min(b.cols, p.cols - col_);
    patchRows_ = patchExtent(rows_, p.stride, p.tapRows);
    patchCols_ = patchExtent(cols_, p.stride, p.tapCols);
  }
};

}  // namespace INKSTONE_ISA
}  // namespace inkstone
