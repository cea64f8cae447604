#include "conv/winograd_gradient.h"

#include <algorithm>

#include "base/allocator.h"
#include "base/parallel.h"
#include "conv/cut.h"
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
    rows = roundUpToEven(evenPiece(p.rows, kWinogradBlockPixels / cols));
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

struct Workspace {
  float* patch;        // of x, then of y
  float* transformed;  // x: [16][tile][channels]
  float* panels;       // y: [16][panel][tile][panel columns]

  static int64_t patchFloats(const Blocking& b) {
    return b.tiles.patchRows() * b.tiles.patchCols() * std::max(kChunkChannels, kGroupColumns);
  }
  static int64_t transformedFloats(const Blocking& b) { return kWinogradPlaces * b.tiles.count() * kChunkChannels; }
  static int64_t panelFloats(const Blocking& b) { return kWinogradPlaces * b.tiles.count() * kGroupColumns; }
  static int64_t floats(const Blocking& b) { return patchFloats(b) + transformedFloats(b) + panelFloats(b); }

  Workspace(const Blocking& b, float* memory)
      : patch(memory), transformed(patch + patchFloats(b)), panels(transformed + transformedFloats(b)) {}
};

/// y: [2 · tiles.rows][2 · tiles.cols][count] → panels.
void transformOutputs(const float* y, const WinogradTiles& tiles, int64_t count, float* panels) {
  for (int64_t tile = 0; tile < tiles.count(); tile++) {
    const float* corner = y + (tile / tiles.cols * 4 * tiles.cols + tile % tiles.cols * 2) * count;
    for (int64_t column = 0; column < count; column += kPanelColumns) {
      const int64_t width = panelWidth(count - column);
      float* out = panels + column * tiles.count() + tile * width;
      for (int64_t n = 0; n < width; n += kLanes) {
        Vec in[2][2];
        Vec places[4][4];
        for (int i = 0; i < 4; i++) {
          in[i / 2][i % 2] = load(corner + (i / 2 * 2 * tiles.cols + i % 2) * count + column + n);
        }
        winograd::transform<winograd::OutputGradient>(in, places);
        for (int place = 0; place < kWinogradPlaces; place++) {
          store(out + place * tiles.count() * count + n, places[place / 4][place % 4]);
        }
      }
    }
  }
}

/// Adds one block to a partial sum [16][channels][count].
void addBlock(const WeightGradient& p, const Blocking& b, int64_t block, const Share& share, const Workspace& space,
              float* partial, bool accumulate) {
  const int64_t image = block / (b.rowBlocks * b.colBlocks);
  const int64_t row = block / b.colBlocks % b.rowBlocks * b.rows;
  const int64_t col = block % b.colBlocks * b.cols;
  const WinogradTiles tiles(std::min(b.rows, p.rows - row), std::min(b.cols, p.cols - col));
  const PatchBox inputs{image,           row - p.top,        col - p.left,  tiles.patchRows(), tiles.patchCols(),
                        share.firstChannel, share.channels};
  readPatch(p.x, p.in, inputs, space.patch, share.channels);
  if (p.half) roundToHalves(space.patch, tiles.patchRows() * tiles.patchCols() * share.channels);
  transformPatch(space.patch, tiles, share.channels, space.transformed);
  // Outputs of the last tiles that lie beyond the image are read as zeros, so they add nothing.
  const PatchBox outputs{image, row, col, 2 * tiles.rows, 2 * tiles.cols, share.first, share.count};
  readPatch(p.y, {p.in.batch, p.rows, p.cols, p.columns}, outputs, space.patch, share.count);
  if (p.half) roundToHalves(space.patch, 4 * tiles.count() * share.count);
  transformOutputs(space.patch, tiles, share.count, space.panels);

  TileJob job;
  job.aRow = 1;
  job.aStep = share.channels;
  job.aSegment = 0;
  job.segments = 1;
  job.depth = tiles.count();
  job.cRow = share.count;
  job.accumulate = accumulate;
  for (int64_t place = 0; place < kWinogradPlaces; place++) {
    const float* a = space.transformed + place * tiles.count() * share.channels;
    float* c = partial + place * share.channels * share.count;
    for (int64_t column = 0; column < share.count; column += kPanelColumns) {
      job.b = space.panels + (place * share.count + column) * tiles.count();
      const int64_t width = panelWidth(share.count - column);
      forEachTile<Contiguous::m>(share.channels, width, [&](TileFunction multiply, int64_t m) {
        job.a = a + m;
        job.c = c + m * share.count + column;
        multiply(job);
      });
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

}  // namespace

void winogradWeightGradient(const WeightGradient& p) {
  const Blocking b(p);
  const int64_t splitPitch = kWinogradPlaces * p.in.channels * p.columns;
  const Scratch<float> partials(b.splits * splitPitch);
  const Scratch<float> scratch(threadCount() * Workspace::floats(b));
  parallelFor(b.splits * b.chunks * b.groups, [&](int64_t part, int worker) {
    const int64_t split = part / (b.chunks * b.groups);
    const Share share = shareOf(p, part / b.groups % b.chunks, part % b.groups);
    const Workspace space(b, scratch.data() + worker * Workspace::floats(b));
    float* partial = partials.data() + split * splitPitch + partialOffset(p, share);
    const Range range = rangeOf(split, b.splits, b.blocks);
    for (int64_t block = range.begin; block < range.end; block++) {
      addBlock(p, b, block, share, space, partial, block > range.begin);
    }
  });
  parallelFor(p.in.channels, [&](int64_t channel, int) { reduceChannel(p, b, partials.data(), channel); });
}

}  // namespace INKSTONE_ISA
}  // namespace inkstone
