#include "conv/correlate.h"

#include <algorithm>

#include "base/allocator.h"
#include "base/parallel.h"
#include "base/visit.h"
#include "conv/cut.h"
#include "conv/moments.h"
#include "conv/patch.h"
#include "conv/tile.h"
#include "conv/weights.h"
#include "conv/winograd.h"

namespace inkstone {
namespace INKSTONE_ISA {
namespace {

constexpr int64_t kDepth = 256;          // k of one tile: its panel of b (16 KB) stays in the first-level cache
constexpr int64_t kBlockPixels = 384;    // outputs of a block
constexpr int64_t kBlockCols = 48;       // squarish blocks read fewer halo pixels twice
constexpr int64_t kPatchFloats = 49152;  // 192 KB of input patch and
constexpr int64_t kBlockFloats = 49152;  // 192 KB of results, so that both fit a second-level cache of 512 KB
constexpr int64_t kGroupColumns = 128;     // columns computed from one reading of a patch, and
constexpr int64_t kSmallGroupColumns = 64;  // where there would be too few parts
constexpr int64_t kChannelStep = 16;        // chunks of channels are multiples of this
constexpr int64_t kWinogradChannels = 64;  // with 64 columns: transforms and products of 160 KB each
constexpr int64_t kLeastParts = 16;         // enough to keep the threads of a usual machine busy
constexpr int64_t kLeastPixels = 96;        // smaller blocks mostly read halos

/// How a correlation is cut: outputs into blocks of rows × cols, columns into groups, channels into chunks.
struct Blocking {
  int64_t rows, cols;
  int64_t rowBlocks, colBlocks;
  int64_t groupColumns, groups;
  int64_t chunkChannels;
  bool groupsAreParts;
  bool winograd;

  int64_t blocks(const Correlation& p) const { return p.in.batch * rowBlocks * colBlocks; }
};

Blocking cut(const Correlation& p) {
  Blocking b{};
  const int64_t columns = paddedColumns(p.columns);
  b.chunkChannels = p.in.channels;
  const int64_t mostChannels = std::max(kChannelStep, kDepth / p.tapCols / kChannelStep * kChannelStep);
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
  return b;
}

/// The same for Winograd's form, which needs four times the room for its patches and results.
Blocking cutForWinograd(const Correlation& p) {
  Blocking b{};
  b.winograd = true;
  b.chunkChannels = ceilDivide(evenPiece(p.in.channels, kWinogradChannels), kChannelStep) * kChannelStep;
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

/// Rounds a row of results into the output: [pixels][pitch] → `count` columns from `first` on.
template <class T>
void writeRow(const OutputView& y, int64_t position, const float* results, int64_t pixels, int64_t pitch, int64_t first,
              int64_t count) {
  T* row = static_cast<T*>(y.output.data) + position;
  for (int64_t done = 0; done < count;) {
    const int64_t group = (first + done) / y.groupWidth;
    const int64_t offset = (first + done) % y.groupWidth;
    const int64_t width = std::min(y.groupWidth - offset, count - done);
    T* out = row + group * y.groupPitch + offset;
    const float* in = results + done;
    if (width == pitch && width == y.pixelPitch) {
      for (int64_t i = 0; i < pixels * width; i += kLanes) store(out + i, load(in + i));
    } else if (width < kLanes) {
      for (int64_t p = 0; p < pixels; p++) {
        for (int64_t i = 0; i < width; i++) fromFloat(in[p * pitch + i], out[p * y.pixelPitch + i]);
      }
    } else {
      const int64_t whole = width / kLanes * kLanes;
      for (int64_t p = 0; p < pixels; p++) {
        T* to = out + p * y.pixelPitch;
        const float* from = in + p * pitch;
        for (int64_t i = 0; i < whole; i += kLanes) store(to + i, load(from + i));
        if (whole < width) store(to + whole, load(from + whole, width - whole), width - whole);
      }
    }
    done += width;
  }
}

/// A thread's scratch: the patch and the results of one block, and Winograd's transforms of both.
struct Workspace {
  int64_t patchFloats, resultFloats, transformedFloats, productFloats;
  float* patch;
  float* results;
  float* transformed;
  float* products;

  Workspace(const Correlation& p, const Blocking& b) {
    patchFloats = patchExtent(b.rows, p.stride, p.tapRows) * patchExtent(b.cols, p.stride, p.tapCols) * b.chunkChannels;
    resultFloats = b.rows * b.cols * std::min(paddedColumns(p.columns), b.groupColumns);
    const int64_t tilesTimesPlaces = b.winograd ? WinogradTiles(b.rows, b.cols).count() * kWinogradPlaces : 0;
    transformedFloats = tilesTimesPlaces * b.chunkChannels;
    productFloats = tilesTimesPlaces * std::min(p.columns, b.groupColumns);
  }

  int64_t floats() const { return patchFloats + resultFloats + transformedFloats + productFloats; }

  void placeAt(float* memory) {
    patch = memory;
    results = patch + patchFloats;
    transformed = results + resultFloats;
    products = transformed + transformedFloats;
  }
};

/// One pass over everything for one block of outputs.
class Block {
 public:
  Block(const Correlation& p, const Blocking& b, const float* packed, int64_t block, const Workspace& space)
      : p_(p), b_(b), packed_(packed), space_(space), patch_(space.patch), results_(space.results) {
    image_ = block / (b.rowBlocks * b.colBlocks);
    row_ = block / b.colBlocks % b.rowBlocks * b.rows;
    col_ = block % b.colBlocks * b.cols;
    rows_ = std::min(b.rows, p.rows - row_);
    cols_ = std::min(b.cols, p.cols - col_);
    patchRows_ = patchExtent(b.winograd ? roundUpToEven(rows_) : rows_, p.stride, p.tapRows);
    patchCols_ = patchExtent(b.winograd ? roundUpToEven(cols_) : cols_, p.stride, p.tapCols);
  }

  int64_t pixels() const { return rows_ * cols_; }

  /// Results of columns [first, first + count), [pixels][paddedColumns(count)].
  void compute(int64_t first, int64_t count, bool patchIsRead) {
    const int64_t pitch = paddedColumns(count);
    if (p_.bias) fillBias(first, count, pitch);
    for (int64_t channel = 0; channel < p_.in.channels; channel += b_.chunkChannels) {
      const int64_t channels = std::min(b_.chunkChannels, p_.in.channels - channel);
      if (!patchIsRead || channels < p_.in.channels) {
        const PatchBox box{image_,     row_ * p_.stride - p_.top, col_ * p_.stride - p_.left, patchRows_,
                           patchCols_, channel,                   channels};
        readPatch(p_.x, p_.in, box, patch_, channels);
      }
      if (b_.winograd) {
        transformAndMultiplyChunk(channel, channels, first, count);
      } else {
        multiplyChunk(channel, channels, first, count, pitch);
      }
    }
    if (b_.winograd) transformProducts(count);
  }

  void write(int64_t first, int64_t count) const {
    const OutputView& y = p_.y;
    const int64_t pitch = paddedColumns(count);
    for (int64_t r = 0; r < rows_; r++) {
      const int64_t position =
          y.base + image_ * y.imagePitch + (row_ + r) * y.rowPitch + col_ * y.pixelPitch;
      const float* row = results_ + r * cols_ * pitch;
      withFloatType(y.output.dtype, [&](auto type) {
        writeRow<typename decltype(type)::type>(y, position, row, cols_, pitch, first, count);
      });
    }
  }

 private:
  void fillBias(int64_t first, int64_t count, int64_t pitch) {
    for (int64_t n = 0; n < pitch; n++) results_[n] = n < count ? p_.bias[(first + n) % p_.outChannels] : 0.0f;
    for (int64_t pixel = 1; pixel < pixels(); pixel++) std::copy(results_, results_ + pitch, results_ + pixel * pitch);
  }

  void multiplyChunk(int64_t channel, int64_t channels, int64_t first, int64_t count, int64_t pitch) {
    const int64_t taps = p_.tapRows * p_.tapCols;
    const int64_t depth = p_.tapCols * channels;
    const int64_t tapRowsAtOnce = std::clamp<int64_t>(kDepth / depth, 1, p_.tapRows);
    const float* chunk = packed_ + channel * taps * paddedColumns(p_.columns);
    for (int64_t column = 0; column < count; column += kPanelColumns) {
      const int64_t width = panelWidth(count - column);
      const float* panel = chunk + (first + column) * taps * channels;
      for (int64_t tapRow = 0; tapRow < p_.tapRows; tapRow += tapRowsAtOnce) {
        TileJob job;
        job.aRow = p_.stride * channels;
        job.aStep = 1;
        job.aSegment = patchCols_ * channels;
        job.b = panel + tapRow * depth * width;
        job.segments = std::min(tapRowsAtOnce, p_.tapRows - tapRow);
        job.depth = depth;
        job.cRow = pitch;
        job.accumulate = p_.bias || channel > 0 || tapRow > 0;
        for (int64_t r = 0; r < rows_; r++) {
          const float* patchRow = patch_ + (r * p_.stride + tapRow) * job.aSegment;
          float* resultRow = results_ + r * cols_ * pitch + column;
          forEachTile<Contiguous::k>(cols_, width, [&](TileFunction multiply, int64_t col) {
            job.a = patchRow + col * job.aRow;
            job.c = resultRow + col * pitch;
            multiply(job);
          });
        }
      }
    }
  }

  /// products: [16][tile][count] (+)= transformed patch · transformed weights.
  void transformAndMultiplyChunk(int64_t channel, int64_t channels, int64_t first, int64_t count) {
    const WinogradTiles tiles(rows_, cols_);
    transformPatch(patch_, tiles, channels, space_.transformed);
    const float* chunk = packed_ + kWinogradPlaces * channel * p_.columns;
    TileJob job;
    job.aRow = channels;
    job.aStep = 1;
    job.aSegment = 0;
    job.segments = 1;
    job.depth = channels;
    job.cRow = count;
    job.accumulate = channel > 0;
    for (int64_t place = 0; place < kWinogradPlaces; place++) {
      const float* a = space_.transformed + place * tiles.count() * channels;
      float* c = space_.products + place * tiles.count() * count;
      for (int64_t column = 0; column < count; column += kPanelColumns) {
        const int64_t width = panelWidth(count - column);
        job.b = chunk + (kWinogradPlaces * (first + column) + place * width) * channels;
        forEachTile<Contiguous::k>(tiles.count(), width, [&](TileFunction multiply, int64_t tile) {
          job.a = a + tile * channels;
          job.c = c + tile * count + column;
          multiply(job);
        });
      }
    }
  }

  /// results (+)= products transformed back.
  void transformProducts(int64_t count) {
    const WinogradTiles tiles(rows_, cols_);
    const int64_t placePitch = tiles.count() * count;
    for (int64_t tile = 0; tile < tiles.count(); tile++) {
      const int64_t row = tile / tiles.cols * 2;
      const int64_t col = tile % tiles.cols * 2;
      for (int64_t n = 0; n < count; n += kLanes) {
        Vec places[4][4];
        Vec out[2][2];
        for (int place = 0; place < kWinogradPlaces; place++) {
          places[place / 4][place % 4] = load(space_.products + place * placePitch + tile * count + n);
        }
        winograd::transform<winograd::Output>(places, out);
        for (int64_t r = 0; r < std::min<int64_t>(2, rows_ - row); r++) {
          for (int64_t c = 0; c < std::min<int64_t>(2, cols_ - col); c++) {
            float* result = results_ + ((row + r) * cols_ + col + c) * count + n;
            store(result, p_.bias ? load(result) + out[r][c] : out[r][c]);
          }
        }
      }
    }
  }

  const Correlation& p_;
  const Blocking& b_;
  const float* packed_;
  const Workspace& space_;
  int64_t image_, row_, col_, rows_, cols_, patchRows_, patchCols_;
  float* patch_;
  float* results_;
};

/// A 1×1 convolution is a matrix product over all pixels: one long row.
void flatten(Correlation& p) {
  const bool dense = p.y.rowPitch == p.cols * p.y.pixelPitch && p.y.imagePitch == p.rows * p.y.rowPitch;
  const bool pointwise = p.tapRows == 1 && p.tapCols == 1 && p.stride == 1 && p.top == 0 && p.left == 0;
  if (!dense || !pointwise || p.rows != p.in.height || p.cols != p.in.width) return;
  p.cols = p.in.pixels();
  p.rows = 1;
  p.in = {1, 1, p.cols, p.in.channels};
}

}  // namespace

void correlate(Correlation p) {
  flatten(p);
  const Blocking b = winogradFits(p) ? cutForWinograd(p) : cut(p);
  const int64_t blocks = b.blocks(p);
  const int64_t places = b.winograd ? kWinogradPlaces : p.tapRows * p.tapCols;
  const Workspace wanted(p, b);
  const Scratch<float> packed(places * p.in.channels * paddedColumns(p.columns));
  const Scratch<float> scratch(threadCount() * wanted.floats());
  MomentsOfParts moments(p.moments, blocks, p.columns, p.outChannels);
  if (b.winograd) {
    packWinogradPanels(p, b.chunkChannels, packed.data());
  } else {
    packPanels(p, b.chunkChannels, packed.data());
  }
  parallelFor(b.groupsAreParts ? blocks * b.groups : blocks, [&](int64_t part, int worker) {
    Workspace space = wanted;
    space.placeAt(scratch.data() + worker * wanted.floats());
    const int64_t index = b.groupsAreParts ? part / b.groups : part;
    Block block(p, b, packed.data(), index, space);
    const int64_t firstGroup = b.groupsAreParts ? part % b.groups : 0;
    const int64_t endGroup = b.groupsAreParts ? firstGroup + 1 : b.groups;
    for (int64_t group = firstGroup; group < endGroup; group++) {
      const int64_t first = group * b.groupColumns;
      const int64_t count = std::min(b.groupColumns, p.columns - first);
      block.compute(first, count, group > firstGroup);
      block.write(first, count);
      if (p.moments) moments.gather(index, space.results, block.pixels(), paddedColumns(count), first, count);
    }
  });
  if (p.moments) moments.merge(p.moments);
}

}  // namespace INKSTONE_ISA
}  // namespace inkstone
