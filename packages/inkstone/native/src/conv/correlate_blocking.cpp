#include "conv/correlate_blocking.h"

#include <algorithm>

#include "conv/cut.h"
#include "conv/half_tile.h"
#include "conv/tile.h"
#include "conv/winograd.h"

namespace inkstone {
namespace INKSTONE_ISA {
namespace {

constexpr int64_t kBlockPixels = 384;    // outputs of a block
constexpr int64_t kBlockCols = 48;       // squarish blocks read fewer halo pixels twice
constexpr int64_t kPatchFloats = 49152;  // 192 KB of input patch and
constexpr int64_t kBlockFloats = 49152;  // 192 KB of results, so that both fit a second-level cache of 512 KB
constexpr int64_t kGroupColumns = 128;     // columns computed from one reading of a patch, and
constexpr int64_t kSmallGroupColumns = 64;  // where there would be too few parts
constexpr int64_t kChannelStep = 16;        // chunks of channels are multiples of this
constexpr int64_t kWinogradChannelBytes = 256;  // with 64 columns: transforms and products of 160 KB each
constexpr int64_t kLeastParts = 16;         // enough to keep the threads of a usual machine busy
constexpr int64_t kLeastPixels = 96;        // smaller blocks mostly read halos

Blocking cut(const Correlation& p) {
  Blocking b{};
  const int64_t columns = paddedColumns(p.columns);
  b.chunkChannels = p.in.channels;
  const int64_t depth = p.half ? kHalfDepth : kDepth;
  const int64_t mostChannels = std::max(kChannelStep, depth / p.tapCols / kChannelStep * kChannelStep);
  if (p.in.channels > mostChannels) {
    b.chunkChannels = ceilDivide(evenPiece(p.in.channels, mostChannels), kChannelStep) * kChannelStep;
  }
  const auto groupInto = [&](int64_t most) {
    b.groupColumns = ceilDivide(evenPiece(columns, most), kPanelColumns) * kPanelColumns;
    b.groups = ceilDivide(columns, b.groupColumns);
  };
  groupInto(kGroupColumns);
  const bool spatial = p.tapRows * p.tapCols > 1;
  int64_t pixels = std::min(kBlockPixels, kBlockFloats / std::min(columns, b.groupColumns));
  const auto patchFloats = [&] {
    return patchExtent(b.rows, p.stride, p.tapRows) * patchExtent(b.cols, p.stride, p.tapCols) * b.chunkChannels;
  };
  for (;; pixels /= 2) {
    b.cols = evenPiece(p.cols, std::min(pixels, spatial ? kBlockCols : pixels));
    b.rows = evenPiece(p.rows, pixels / b.cols);
    b.rowBlocks = ceilDivide(p.rows, b.rows);
    b.colBlocks = ceilDivide(p.cols, b.cols);
    if (pixels <= kTileRowsNarrow) break;
    if (patchFloats() > kPatchFloats) continue;
    if (b.blocks(p) * b.groups >= kLeastParts || pixels <= kLeastPixels) break;
    if (b.groupColumns > kSmallGroupColumns) {
      groupInto(kSmallGroupColumns);
      if (b.blocks(p) * b.groups >= kLeastParts) break;
    }
  }
  b.groupsAreParts = b.blocks(p) < kLeastParts;
  if (p.half) b.blockDepth = halfBlockDepth(p.tapCols * b.chunkChannels);
  return b;
}

/// The same for Winograd's form, which needs four times the room for its patches and results.
Blocking cutForWinograd(const Correlation& p) {
  Blocking b{};
  b.winograd = true;
  const int64_t mostChannels = kWinogradChannelBytes / static_cast<int64_t>(p.half ? sizeof(WinogradHalf) : sizeof(float));
  b.chunkChannels = ceilDivide(evenPiece(p.in.channels, mostChannels), kChannelStep) * kChannelStep;
  b.groupColumns = ceilDivide(evenPiece(p.columns, kGroupColumns), kPanelColumns) * kPanelColumns;
  b.cols = roundUpToEven(evenPiece(p.cols, kWinogradBlockCols));
  b.colBlocks = ceilDivide(p.cols, b.cols);
  int64_t pixels = b.groupColumns > kSmallGroupColumns ? kWinogradBlockPixels / 2 : kWinogradBlockPixels;
  b.rows = roundUpToEven(evenPiece(p.rows, pixels / b.cols));
  b.rowBlocks = ceilDivide(p.rows, b.rows);
  b.groupsAreParts = b.blocks(p) < kLeastParts;
  if (b.groupsAreParts) b.groupColumns = std::min(b.groupColumns, kSmallGroupColumns);
  b.groups = ceilDivide(p.columns, b.groupColumns);
  return b;
}

}  // namespace

Blocking blockingOf(const Correlation& p) {
  return winogradFits(p) ? cutForWinograd(p) : cut(p);
}

}  // namespace INKSTONE_ISA
}  // namespace inkstone
