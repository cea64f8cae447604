// Weights of dense convolution as the tiles read them: panels of columns, in fp32, packed once a call.
#pragma once

#include "conv/correlate.h"

namespace inkstone {
namespace INKSTONE_ISA {

/// packed: [chunk][panel][tap row][tap col][channel][panel columns], where a chunk is `chunkChannels` channels or what
/// is left of them. Missing columns are zero.
void packPanels(const Correlation& p, int64_t chunkChannels, float* packed);

/// The same, transformed for Winograd's form: [chunk][panel][16][channel][panel columns].
void packWinogradPanels(const Correlation& p, int64_t chunkChannels, float* packed);

}  // namespace INKSTONE_ISA
}  // namespace inkstone
