#include "conv/weights.h"

#include <algorithm>
#include <type_traits>

#include "base/parallel.h"
#include "conv/half_tile.h"
#include "conv/pairs.h"
#include "conv/panel.h"
#include "conv/patch.h"
#include "conv/winograd.h"

namespace inkstone {
namespace INKSTONE_ISA {

void packPanels(const Correlation& p, int64_t chunkChannels, float* packed) {
  const int64_t columns = paddedColumns(p.columns);
  const int64_t taps = p.tapRows * p.tapCols;
  const int64_t chunks = ceilDivide(p.in.channels, chunkChannels);
  const int64_t panels = ceilDivide(columns, kPanelColumns);
  parallelFor(chunks * panels, [&](int64_t part, int) {
    const int64_t firstChannel = part / panels * chunkChannels;
    const int64_t channels = std::min(chunkChannels, p.in.channels - firstChannel);
    const int64_t firstColumn = part % panels * kPanelColumns;
    const int64_t width = panelWidth(p.columns - firstColumn);
    const int64_t filled = std::min(width, p.columns - firstColumn);
    float* panel = packed + firstChannel * taps * columns + firstColumn * taps * channels;
    for (int64_t c = 0; c < channels; c++) {
      for (int64_t lane = 0; lane < width; lane++) {
        float* out = panel + c * width + lane;
        const float* weight = p.weight.data + (firstChannel + c) * p.weight.channelStep;
        if (lane < filled) weight += p.weight.columnOffset[firstColumn + lane];
        for (int64_t u = 0; u < p.tapRows; u++) {
          for (int64_t v = 0; v < p.tapCols; v++, out += channels * width) {
            *out = lane < filled ? weight[u * p.weight.rowStep + v * p.weight.colStep] : 0.0f;
          }
        }
      }
    }
  });
}

namespace {

/// Of one channel, for kLanes columns.
void transformWeights(const Correlation& p, int64_t channel, int64_t firstColumn, Vec (&places)[kWinogradPlaces]) {
  const float* weight = p.weight.data + channel * p.weight.channelStep;
  float taps[3][3][kLanes];
  for (int64_t lane = 0; lane < kLanes; lane++) {
    const float* column = weight + p.weight.columnOffset[static_cast<size_t>(firstColumn + lane)];
    for (int64_t u = 0; u < 3; u++) {
      for (int64_t v = 0; v < 3; v++) taps[u][v][lane] = column[u * p.weight.rowStep + v * p.weight.colStep];
    }
  }
  Vec in[3][3];
  for (int i = 0; i < 9; i++) in[i / 3][i % 3] = load(taps[i / 3][i % 3]);
  Vec out[4][4];
  winograd::transform<winograd::Weight>(in, out);
  for (int place = 0; place < kWinogradPlaces; place++) places[place] = out[place / 4][place % 4];
}

}  // namespace

template <class E>
void packWinogradPanels(const Correlation& p, int64_t chunkChannels, E* packed) {
  const int64_t chunks = ceilDivide(p.in.channels, chunkChannels);
  const int64_t panels = ceilDivide(p.columns, kPanelColumns);
  parallelFor(chunks * panels, [&](int64_t part, int) {
    const int64_t firstChannel = part / panels * chunkChannels;
    const int64_t channels = std::min(chunkChannels, p.in.channels - firstChannel);
    const int64_t firstColumn = part % panels * kPanelColumns;
    const int64_t width = panelWidth(p.columns - firstColumn);
    E* const panel = packed + kWinogradPlaces * (firstChannel * p.columns + firstColumn * channels);
    for (int64_t c = 0; c < channels; c += 2) {
      for (int64_t n = 0; n < width; n += kLanes) {
        storeWinogradRows<kWinogradPlaces>(
            panel + c * width, channels * width, width, n, [&](int row, Vec(&places)[kWinogradPlaces]) {
              transformWeights(p, firstChannel + c + row, firstColumn + n, places);
            });
      }
    }
    if constexpr (std::is_same_v<E, float>) {
      if (p.half) roundToHalves(panel, kWinogradPlaces * channels * width);
    }
  });
}

template void packWinogradPanels(const Correlation&, int64_t, float*);
#if defined(__AVX512BF16__)
template void packWinogradPanels(const Correlation&, int64_t, BFloat16*);
#endif

int64_t packedHalfPanels(const Correlation& p, int64_t chunkChannels, int64_t blockDepth) {
  const int64_t chunks = ceilDivide(p.in.channels, chunkChannels);
  return chunks * p.tapRows * paddedDepth(p.tapCols * chunkChannels, blockDepth) * paddedColumns(p.columns);
}

void packHalfPanels(const Correlation& p, int64_t chunkChannels, int64_t blockDepth, BFloat16* packed) {
  const int64_t columns = paddedColumns(p.columns);
  const int64_t chunks = ceilDivide(p.in.channels, chunkChannels);
  const int64_t panels = ceilDivide(columns, kPanelColumns);
  const int64_t chunkSize = packedHalfPanels(p, chunkChannels, blockDepth) / chunks;
  parallelFor(chunks * panels, [&](int64_t part, int) {
    const int64_t firstChannel = part / panels * chunkChannels;
    const int64_t channels = std::min(chunkChannels, p.in.channels - firstChannel);
    const int64_t firstColumn = part % panels * kPanelColumns;
    const int64_t width = panelWidth(p.columns - firstColumn);
    const int64_t filled = std::min(width, p.columns - firstColumn);
    const int64_t padded = paddedDepth(p.tapCols * channels, blockDepth);
    BFloat16* const panel = packed + part / panels * chunkSize + firstColumn * p.tapRows * padded;
    std::fill_n(panel, p.tapRows * padded * width, BFloat16{});
    const int64_t* const offsets = p.weight.columnOffset.data() + firstColumn;
    // Two channels at once make a pair, but where an odd number of channels puts a tap's first behind the last of another.
    const int64_t step = channels % 2 == 0 ? 2 : 1;
    for (int64_t c = 0; c < channels; c += step) {
      const float* const weight = p.weight.data + (firstChannel + c) * p.weight.channelStep;
      for (int64_t u = 0; u < p.tapRows; u++) {
        for (int64_t v = 0; v < p.tapCols; v++) {
          const float* const tap = weight + u * p.weight.rowStep + v * p.weight.colStep;
          const int64_t k = u * padded + v * channels + c;
          BFloat16* const out = panel + k / 2 * width * 2 + k % 2;
          int64_t lane = 0;
          for (; step == 2 && lane + kLanes <= filled; lane += kLanes) {
            float first[kLanes], second[kLanes];
            for (int i = 0; i < kLanes; i++) {
              first[i] = tap[offsets[lane + i]];
              second[i] = tap[offsets[lane + i] + p.weight.channelStep];
            }
            storePairs(out + 2 * lane, load(first), load(second));
          }
          for (; lane < filled; lane++) {
            for (int64_t i = 0; i < step; i++) fromFloat(tap[offsets[lane] + i * p.weight.channelStep], out[2 * lane + i]);
          }
        }
      }
    }
  });
}

}  // namespace INKSTONE_ISA
}  // namespace inkstone
