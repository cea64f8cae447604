#include "conv/winograd_gradient.h"

#include <algorithm>
#include <type_traits>

#include "base/allocator.h"
#include "base/parallel.h"
#include "conv/cut.h"
#include "conv/patch.h"
#include "conv/winograd.h"

namespace inkstone {
namespace INKSTONE_ISA {
namespace {

constexpr int64_t kChunkChannels = 64;
constexpr int64_t kGroupColumns = 64;
constexpr int64_t kMostSplits = 32;
constexpr int64_t kPartialBytes = 8 << 20;  // all partial sums together, unless one alone is larger

/// Pixels are cut into blocks, blocks are dealt to splits that each keep a partial sum; channels are cut into chunks
/// and columns into groups. A part is one split of one chunk and group.
struct Blocking {
  int64_t rows, cols;
  int64_t rowBlocks, colBlocks, blocks;
  int64_t splits, chunks, groups;
  WinogradTiles tiles;  // of a full block

  explicit Blocking(const WeightGradient& p) : tiles(0, 0) {
    cols = roundUpToEven(evenPiece(p.cols, kWinogradBlockCols));
    // Halves take half the room: with twice the pixels in a block, partial sums are read and written half as often.
    const int64_t pixels = p.half && sizeof(WinogradHalf) < sizeof(float) ? 2 * kWinogradBlockPixels : kWinogradBlockPixels;
    rows = roundUpToEven(evenPiece(p.rows, pixels / cols));
    rowBlocks = ceilDivide(p.rows, rows);
    colBlocks = ceilDivide(p.cols, cols);
    blocks = p.in.batch * rowBlocks * colBlocks;
    tiles = WinogradTiles(rows, cols);
    chunks = ceilDivide(p.in.channels, kChunkChannels);
    groups = ceilDivide(p.columns, kGroupColumns);
    const int64_t partialBytes = kWinogradPlaces * p.in.channels * p.columns * static_cast<int64_t>(sizeof(float));
    splits = std::max<int64_t>(1, std::min({kMostSplits, kPartialBytes / partialBytes, blocks}));
  }
};

/// One part's share of channels and columns.
struct Share {
  int64_t firstChannel, channels;
  int64_t first, count;
};

/// E is what is multiplied: floats, or BFloat16 in pairs of tiles, of which there is an even number, the last maybe of zeros.
template <class E>
struct Workspace {
  float* inputs;   // patches of x and
  float* outputs;  // of y
  E* transformed;  // a row of places of x: [4][tile][channels], or [4][tile / 2][channels][2]
  E* panels;       // and of y: [4][panel][tile][panel columns], or [4][panel][tile / 2][panel columns][2]

  static int64_t inputFloats(const Blocking& b) { return b.tiles.patchRows() * b.tiles.patchCols() * kChunkChannels; }
  static int64_t outputFloats(const Blocking& b) { return 4 * b.tiles.count() * kGroupColumns; }
  static int64_t transformedSize(const Blocking& b) {
    return kWinogradRowPlaces * roundUpToEven(b.tiles.count()) * kChunkChannels;
  }
  static int64_t panelSize(const Blocking& b) {
    return kWinogradRowPlaces * roundUpToEven(b.tiles.count()) * kGroupColumns;
  }
  static int64_t floats(const Blocking& b) {
    return inputFloats(b) + outputFloats(b) +
           (transformedSize(b) + panelSize(b)) * static_cast<int64_t>(sizeof(E)) / 4;
  }

  Workspace(const Blocking& b, float* memory)
      : inputs(memory),
        outputs(inputs + inputFloats(b)),
        transformed(reinterpret_cast<E*>(outputs + outputFloats(b))),
        panels(transformed + transformedSize(b)) {}
};

void zeroPlaces(Vec (&places)[kWinogradRowPlaces]) {
  for (Vec& place : places) place = zero();
}

template <int ROW, class E>
void transformInputs(const float* patch, const WinogradTiles& tiles, int64_t channels, E* out) {
  const int64_t rows = roundUpToEven(tiles.count());
  for (int64_t tile = 0; tile < rows; tile += 2) {
    for (int64_t c = 0; c < channels; c += kLanes) {
      storeWinogradRows<kWinogradRowPlaces>(
          out + tile * channels, rows * channels, channels, c, [&](int row, Vec(&places)[kWinogradRowPlaces]) {
            if (tile + row == tiles.count()) return zeroPlaces(places);
            transformInputRow<ROW>(cornerOf(patch, tiles, channels, tile + row) + c, tiles.patchCols() * channels,
                                   channels, places);
          });
    }
  }
}

/// y: [2 · tiles.rows][2 · tiles.cols][count] → panels.
template <int ROW, class E>
void transformOutputs(const float* y, const WinogradTiles& tiles, int64_t count, E* panels) {
  const int64_t rows = roundUpToEven(tiles.count());
  const int64_t rowPitch = 2 * tiles.cols * count;
  for (int64_t tile = 0; tile < rows; tile += 2) {
    for (int64_t column = 0; column < count; column += kPanelColumns) {
      const int64_t width = panelWidth(count - column);
      E* const out = panels + column * rows + tile * width;
      for (int64_t n = 0; n < width; n += kLanes) {
        storeWinogradRows<kWinogradRowPlaces>(
            out, rows * count, width, n, [&](int row, Vec(&places)[kWinogradRowPlaces]) {
              const int64_t at = tile + row;
              if (at == tiles.count()) return zeroPlaces(places);
              const float* corner = y + at / tiles.cols * 2 * rowPitch + at % tiles.cols * 2 * count + column + n;
              transformOutputRow<ROW>(corner, rowPitch, count, places);
            });
      }
    }
  }
}

/// Adds one block to a partial sum [16][channels][count].
template <class E>
void addBlock(const WeightGradient& p, const Blocking& b, int64_t block, const Share& share, const Workspace<E>& space,
              float* partial, bool accumulate) {
  const int64_t image = block / (b.rowBlocks * b.colBlocks);
  const int64_t row = block / b.colBlocks % b.rowBlocks * b.rows;
  const int64_t col = block % b.colBlocks * b.cols;
  const WinogradTiles tiles(std::min(b.rows, p.rows - row), std::min(b.cols, p.cols - col));
  const PatchBox inputs{image,           row - p.top,        col - p.left,  tiles.patchRows(), tiles.patchCols(),
                        share.firstChannel, share.channels};
  readPatch(p.x, p.in, inputs, space.inputs, share.channels);
  // Outputs of the last tiles that lie beyond the image are read as zeros, so they add nothing.
  const PatchBox outputs{image, row, col, 2 * tiles.rows, 2 * tiles.cols, share.first, share.count};
  readPatch(p.y, {p.in.batch, p.rows, p.cols, p.columns}, outputs, space.outputs, share.count);
  const int64_t rows = roundUpToEven(tiles.count());
  forEachWinogradRow([&](auto placeRow) {
    transformInputs<decltype(placeRow)::value>(space.inputs, tiles, share.channels, space.transformed);
    transformOutputs<decltype(placeRow)::value>(space.outputs, tiles, share.count, space.panels);
    if constexpr (std::is_same_v<E, float>) {
      if (p.half) {
        roundToHalves(space.transformed, kWinogradRowPlaces * rows * share.channels);
        roundToHalves(space.panels, kWinogradRowPlaces * rows * share.count);
      }
    }
    for (int64_t i = 0; i < kWinogradRowPlaces; i++) {
      float* const sums = partial + (placeRow * kWinogradRowPlaces + i) * share.channels * share.count;
      for (int64_t column = 0; column < share.count; column += kPanelColumns) {
        multiplyPlace<Contiguous::m>(space.transformed + i * rows * share.channels, share.channels, rows,
                                     space.panels + (i * share.count + column) * rows, panelWidth(share.count - column),
                                     sums + column, share.count, accumulate);
      }
    }
  });
}

/// Where the partial sum of a share starts within that of its split.
int64_t partialOffset(const WeightGradient& p, const Share& share) {
  return kWinogradPlaces * (share.firstChannel * p.columns + share.channels * share.first);
}

Share shareOf(const WeightGradient& p, int64_t chunk, int64_t group) {
  const int64_t firstChannel = chunk * kChunkChannels;
  const int64_t first = group * kGroupColumns;
  return {firstChannel, std::min(kChunkChannels, p.in.channels - firstChannel), first,
          std::min(kGroupColumns, p.columns - first)};
}

/// Adds the partial sums in their order, transforms them back and writes one channel of dWeight.
void reduceChannel(const WeightGradient& p, const Blocking& b, const float* partials, int64_t channel) {
  const int64_t splitPitch = kWinogradPlaces * p.in.channels * p.columns;
  for (int64_t n = 0; n < p.columns; n += kLanes) {
    const Share share = shareOf(p, channel / kChunkChannels, n / kGroupColumns);
    const float* matrix = partials + partialOffset(p, share);
    const float* partial = matrix + (channel - share.firstChannel) * share.count + n - share.first;
    Vec places[4][4];
    Vec taps[3][3];
    for (int place = 0; place < kWinogradPlaces; place++) {
      const float* at = partial + place * share.channels * share.count;
      Vec sum = load(at);
      for (int64_t split = 1; split < b.splits; split++) sum += load(at + split * splitPitch);
      places[place / 4][place % 4] = sum;
    }
    winograd::transform<winograd::WeightGradient>(places, taps);
    for (int64_t lane = 0; lane < kLanes; lane++) {
      float* out = p.dWeight + ((n + lane) * p.in.channels + channel) * 9;
      for (int tap = 0; tap < 9; tap++) out[tap] = taps[tap / 3][tap % 3][lane];
    }
  }
}

template <class E>
void winogradWeightGradientAs(const WeightGradient& p) {
  const Blocking b(p);
  const int64_t splitPitch = kWinogradPlaces * p.in.channels * p.columns;
  const Scratch<float> partials(b.splits * splitPitch);
  const int64_t workspaceFloats = Workspace<E>::floats(b);
  const Scratch<float> scratch(threadCount() * workspaceFloats);
  parallelFor(b.splits * b.chunks * b.groups, [&](int64_t part, int worker) {
    const int64_t split = part / (b.chunks * b.groups);
    const Share share = shareOf(p, part / b.groups % b.chunks, part % b.groups);
    const Workspace<E> space(b, scratch.data() + worker * workspaceFloats);
    float* partial = partials.data() + split * splitPitch + partialOffset(p, share);
    const Range range = rangeOf(split, b.splits, b.blocks);
    for (int64_t block = range.begin; block < range.end; block++) {
      addBlock(p, b, block, share, space, partial, block > range.begin);
    }
  });
  parallelFor(p.in.channels, [&](int64_t channel, int) { reduceChannel(p, b, partials.data(), channel); });
}

}  // namespace

void winogradWeightGradient(const WeightGradient& p) {
  p.half ? winogradWeightGradientAs<WinogradHalf>(p) : winogradWeightGradientAs<float>(p);
}

}  // namespace INKSTONE_ISA
}  // namespace inkstone
