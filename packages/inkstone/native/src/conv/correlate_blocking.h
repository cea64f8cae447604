// How a correlation is cut into pieces.
#pragma once

#include "conv/correlate.h"

namespace inkstone {
namespace INKSTONE_ISA {

constexpr int64_t kDepth = 256;          // k of one tile: its panel of b (16 KB) stays in the first-level cache
constexpr int64_t kHalfDepth = 576;      // the same in half arithmetic, 36 KB

/// How a correlation is cut: outputs into blocks of rows × cols, columns into groups, channels into chunks.
struct Blocking {
  int64_t rows, cols;
  int64_t rowBlocks, colBlocks;
  int64_t groupColumns, groups;
  int64_t chunkChannels;
  bool groupsAreParts;
  bool winograd;
  /// Of the blocks of k in half arithmetic; 0 in fp32.
  int64_t blockDepth;

  int64_t blocks(const Correlation& p) const { return p.in.batch * rowBlocks * colBlocks; }
};

Blocking blockingOf(const Correlation& problem);

}  // namespace INKSTONE_ISA
}  // namespace inkstone
