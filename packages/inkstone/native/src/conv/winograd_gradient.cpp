#include "conv/winograd_gradient.h"

#include <algorithm>
#include <type_traits>

#include "base/allocator.h"
#include "base/parallel.h"
#include "conv/cut.h"
#include "conv/half_tile.h"
#include "conv/patch.h"
#include "conv/tile.h"
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
  float* patch;    // of x, then of y
  E* transformed;  // x: [16][tile][channels], or [16][tile / 2][channels][2]
  E* panels;       // y: [16][panel][tile][panel columns], or [16][panel][tile / 2][panel columns][2]

  static int64_t patchFloats(const Blocking& b) {
    return b.tiles.patchRows() * b.tiles.patchCols() * std::max(kChunkChannels, kGroupColumns);
  }
  static int64_t transformedSize(const Blocking& b) {
    return kWinogradPlaces * roundUpToEven(b.tiles.count()) * kChunkChannels;
  }
  static int64_t panelSize(const Blocking& b) {
    return kWinogradPlaces * roundUpToEven(b.tiles.count()) * kGroupColumns;
  }
  static int64_t floats(const Blocking& b) {
    return patchFloats(b) + (transformedSize(b) + panelSize(b)) * static_cast<int64_t>(sizeof(E)) / 4;
  }

  Workspace(const Blocking& b, float* memory)
      : patch(memory),
        transformed(reinterpret_cast<E*>(memory + patchFloats(b))),
        panels(transformed + transformedSize(b)) {}
};

void zeroPlaces(TileVec (&places)[4][4]) {
  for (int place = 0; place < kWinogradPlaces; place++) places[place / 4][place % 4] = zeroTile();
}

template <class E>
void transformInputs(const float* patch, const WinogradTiles& tiles, int64_t channels, E* out) {
  const int64_t rows = roundUpToEven(tiles.count());
  for (int64_t tile = 0; tile < rows; tile += 2) {
    for (int64_t c = 0; c < channels; c += kTileVecLanes) {
      storeWinogradRows(out + tile * channels, rows * channels, channels, c, [&](int row, TileVec(&places)[4][4]) {
        if (tile + row == tiles.count()) return zeroPlaces(places);
        transformInput(cornerOf(patch, tiles, channels, tile + row) + c, tiles.patchCols() * channels, channels, places);
      });
    }
  }
}

/// y: [2 · tiles.rows][2 · tiles.cols][count] → panels.
template <class E>
void transformOutputs(const float* y, const WinogradTiles& tiles, int64_t count, E* panels) {
  const int64_t rows = roundUpToEven(tiles.count());
  const int64_t rowPitch = 2 * tiles.cols * count;
  for (int64_t tile = 0; tile < rows; tile += 2) {
    for (int64_t column = 0; column < count; column += kPanelColumns) {
      const int64_t width = panelWidth(count - column);
      E* const out = panels + column * rows + tile * width;
      for (int64_t n = 0; n < width; n += kTileVecLanes) {
        storeWinogradRows(out, rows * count, width, n, [&](int row, TileVec(&places)[4][4]) {
          const int64_t at = tile + row;
          if (at == tiles.count()) return zeroPlaces(places);
          const float* corner = y + at / tiles.cols * 2 * rowPitch + at % tiles.cols * 2 * count + column + n;
          TileVec in[2][2];
          for (int i = 0; i < 4; i++) in[i / 2][i % 2] = loadTile(corner + i / 2 * rowPitch + i % 2 * count);
          winograd::transform<winograd::OutputGradient>(in, places);
        });
      }
    }
  }
}

/// c [channels][cRow] (+)= a, transformed inputs of one place, · one panel.
void multiplyPlace(const float* a, int64_t tiles, int64_t channels, const float* panel, int64_t width, float* c,
                   int64_t cRow, bool accumulate) {
  TileJob job;
  job.aRow = 1;
  job.aStep = channels;
  job.aSegment = 0;
  job.b = panel;
  job.segments = 1;
  job.depth = tiles;
  job.cRow = cRow;
  job.accumulate = accumulate;
  forEachTile<Contiguous::m>(channels, width, [&](TileFunction multiply, int64_t m) {
    job.a = a + m;
    job.c = c + m * cRow;
    multiply(job);
  });
}

void multiplyPlace(const BFloat16* a, int64_t tiles, int64_t channels, const BFloat16* panel, int64_t width, float* c,
                   int64_t cRow, bool accumulate) {
  multiplyHalves({a, 2, 2 * channels, 0, panel, 1, tiles, 2, c, cRow, channels, accumulate}, width);
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
  readPatch(p.x, p.in, inputs, space.patch, share.channels);
  transformInputs(space.patch, tiles, share.channels, space.transformed);
  // Outputs of the last tiles that lie beyond the image are read as zeros, so they add nothing.
  const PatchBox outputs{image, row, col, 2 * tiles.rows, 2 * tiles.cols, share.first, share.count};
  readPatch(p.y, {p.in.batch, p.rows, p.cols, p.columns}, outputs, space.patch, share.count);
  transformOutputs(space.patch, tiles, share.count, space.panels);
  const int64_t rows = roundUpToEven(tiles.count());
  if constexpr (std::is_same_v<E, float>) {
    if (p.half) {
      roundToHalves(space.transformed, kWinogradPlaces * rows * share.channels);
      roundToHalves(space.panels, kWinogradPlaces * rows * share.count);
    }
  }
  for (int64_t place = 0; place < kWinogradPlaces; place++) {
    for (int64_t column = 0; column < share.count; column += kPanelColumns) {
      multiplyPlace(space.transformed + place * rows * share.channels, rows, share.channels,
                    space.panels + (place * share.count + column) * rows, panelWidth(share.count - column),
                    partial + place * share.channels * share.count + column, share.count, accumulate);
    }
  }
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
  for (int64_t n = 0; n < p.columns; n += kTileVecLanes) {
    const Share share = shareOf(p, channel / kChunkChannels, n / kGroupColumns);
    const float* matrix = partials + partialOffset(p, share);
    const float* partial = matrix + (channel - share.firstChannel) * share.count + n - share.first;
    TileVec places[4][4];
    TileVec taps[3][3];
    for (int place = 0; place < kWinogradPlaces; place++) {
      const float* at = partial + place * share.channels * share.count;
      TileVec sum = loadTile(at);
      for (int64_t split = 1; split < b.splits; split++) sum += loadTile(at + split * splitPitch);
      places[place / 4][place % 4] = sum;
    }
    winograd::transform<winograd::WeightGradient>(places, taps);
    for (int64_t lane = 0; lane < kTileVecLanes; lane++) {
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
