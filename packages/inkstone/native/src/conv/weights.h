// Weights of dense convolution as the tiles read them: panels of columns, packed once a call.
#pragma once

#include "conv/correlate.h"

namespace inkstone {
namespace INKSTONE_ISA {

/// packed: [chunk][panel][tap row][tap col][channel][panel columns], where a chunk is `chunkChannels` channels or what
/// is left of them. Missing columns are zero.
void packPanels(const Correlation& p, int64_t chunkChannels, float* packed);

/// The same, transformed for Winograd's form: [chunk][panel][16][channel][panel columns] floats, rounded in half arithmetic, or
/// [chunk][panel][16][channel / 2][panel columns][2] where BFloat16 is multiplied.
template <class E>
void packWinogradPanels(const Correlation& p, int64_t chunkChannels, E* packed);

/// For half arithmetic: [chunk][panel][tap row][k / 2][panel columns][2], where k counts tap columns and their channels,
/// and is padded to whole blocks of `blockDepth`.
void packHalfPanels(const Correlation& p, int64_t chunkChannels, int64_t blockDepth, BFloat16* packed);
/// How many elements that takes.
int64_t packedHalfPanels(const Correlation& p, int64_t chunkChannels, int64_t blockDepth);

}  // namespace INKSTONE_ISA
}  // namespace inkstone
