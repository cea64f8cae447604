#include "conv/weight_gradient_blocking.h"

#include <algorithm>

#include "conv/half_weight_gradient.h"
#include "conv/panel.h"

namespace inkstone {
namespace INKSTONE_ISA {
namespace {

constexpr int64_t kBlockPixels = 256;  // k of one tile: its panel of y (16 KB) stays in the first-level cache
constexpr int64_t kHalfBlockPixels = 1024;  // of several tiles, so that sums seldom leave the second-level cache
constexpr int64_t kBlockCols = 48;
constexpr int64_t kHalfBlockCols = 96;
constexpr int64_t kPatchFloats = 49152;
constexpr int64_t kHalfPatchSize = 196608;
constexpr int64_t kGroupColumns = 128;
constexpr int64_t kSmallGroupColumns = 64;
constexpr int64_t kChunkChannels = 128;
constexpr int64_t kLeastParts = 16;
constexpr int64_t kPartialBytes = 8 << 20;  // all partial sums together, unless one alone is larger
constexpr int64_t kLeastSplitPixels = 1024;
constexpr int64_t kLeastHalfChannels = 8;  // with fewer, laying out pairs takes longer than multiplying them saves

/// Floats between the pixels of a patch. Tiles walk along pixels: when the pitch is a multiple of two cache lines, only
/// some sets of the first-level cache are used, so a line is left free in between.
int64_t patchPitch(int64_t channels) { return channels % 32 == 0 ? channels + 16 : channels; }

}  // namespace

GradientBlocking gradientBlockingOf(const WeightGradient& p) {
  GradientBlocking b{};
  const bool spatial = p.tapRows * p.tapCols > 1;
  const int64_t columns = paddedColumns(p.columns);
  const bool asHalves = p.half && p.in.channels >= kLeastHalfChannels;
  b.chunkChannels = p.in.channels;
  if (p.in.channels > kChunkChannels) {
    b.chunkChannels = paddedColumns(evenPiece(p.in.channels, kChunkChannels));
  }
  b.pixelPitch = patchPitch(b.chunkChannels);
  for (int64_t pixels = asHalves ? kHalfBlockPixels : kBlockPixels;; pixels /= 2) {
    b.cols = evenPiece(p.cols, std::min(pixels, !spatial ? pixels : asHalves ? kHalfBlockCols : kBlockCols));
    b.rows = evenPiece(p.rows, pixels / b.cols);
    const int64_t floats = patchExtent(b.rows, p.stride, p.tapRows) * patchExtent(b.cols, p.stride, p.tapCols) *
                           b.pixelPitch;
    if (floats <= (asHalves ? kHalfPatchSize : kPatchFloats) || pixels <= 16) break;
  }
  if (asHalves) b.blockDepth = halfGradientBlockDepth(p, b);
  b.rowBlocks = ceilDivide(p.rows, b.rows);
  b.colBlocks = ceilDivide(p.cols, b.cols);
  b.blocks = p.in.batch * b.rowBlocks * b.colBlocks;
  const int64_t weightBytes = p.tapRows * p.tapCols * p.in.channels * columns * static_cast<int64_t>(sizeof(float));
  const int64_t pixels = p.in.batch * p.rows * p.cols;
  b.splits = std::min({kMostSplits, ceilDivide(pixels, kLeastSplitPixels), kPartialBytes / weightBytes, b.blocks});
  b.splits = std::max<int64_t>(b.splits, 1);
  const int64_t group = b.splits >= kLeastParts ? kGroupColumns : kSmallGroupColumns;
  b.groupColumns = ceilDivide(evenPiece(columns, group), kPanelColumns) * kPanelColumns;
  b.groups = ceilDivide(columns, b.groupColumns);
  return b;
}

}  // namespace INKSTONE_ISA
}  // namespace inkstone
