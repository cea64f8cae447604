#include "conv/correlate.h"

#include <algorithm>
#include <optional>
#include <type_traits>

#include "base/allocator.h"
#include "base/parallel.h"
#include "base/reader.h"
#include "base/visit.h"
#include "conv/correlate_blocking.h"
#include "conv/cut.h"
#include "conv/half_tile.h"
#include "conv/moments.h"
#include "conv/patch.h"
#include "conv/tile.h"
#include "conv/weights.h"
#include "conv/winograd.h"

namespace inkstone {
namespace INKSTONE_ISA {
namespace {

/// `count` results, a multiple of kLanes, rounded. Half arithmetic has no subnormal bfloat16s to lose.
template <class E, class T>
void writeVectors(const float* in, int64_t count, T* out) {
  int64_t i = 0;
  if constexpr (std::is_same_v<E, BFloat16>) {
    for (; i + 2 * kLanes <= count; i += 2 * kLanes) storeOperands(out + i, load(in + i), load(in + i + kLanes));
  }
  for (; i < count; i += kLanes) store(out + i, load(in + i));
}

/// Rounds a row of results into the output: [pixels][pitch] → `count` columns from `first` on. E as in Workspace.
template <class E, class T>
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
      writeVectors<E>(in, pixels * width, out);
    } else if (width < std::min(kLanes, 8)) {  // masks of AVX-512 pay from there on
      const auto write = [&](auto elements) {
        for (int64_t p = 0; p < pixels; p++) {
          for (int64_t i = 0; i < elements; i++) fromFloat(in[p * pitch + i], out[p * y.pixelPitch + i]);
        }
      };
      // Two pixels of one channel, as a transposed convolution yields them, are worth a loop of their own.
      width == 2 ? write(std::integral_constant<int64_t, 2>{}) : write(width);
    } else {
      const int64_t whole = width / kLanes * kLanes;
      for (int64_t p = 0; p < pixels; p++) {
        T* to = out + p * y.pixelPitch;
        const float* from = in + p * pitch;
        writeVectors<E>(from, whole, to);
        if (whole < width) store(to + whole, load(from + whole, width - whole), width - whole);
      }
    }
    done += width;
  }
}

/// A thread's scratch: the patch and the results of one block, and Winograd's transforms of both. E is what operands are
/// multiplied as: float, or BFloat16 in half arithmetic. P is what patches hold: E, or floats that will be transformed.
template <class P, class E>
struct Workspace {
  int64_t patchSize, resultFloats, transformedSize, productFloats;
  P* patch;
  float* results;
  E* transformed;
  float* products;

  Workspace(const Correlation& p, const Blocking& b) {
    const int64_t patchCols = patchExtent(b.cols, p.stride, p.tapCols);
    patchSize = patchExtent(b.rows, p.stride, p.tapRows) * patchCols * b.chunkChannels;
    // Half arithmetic reads behind the last row of its left operand, and behind the last k.
    if constexpr (sizeof(P) < sizeof(float)) patchSize += kHalfRowsBehind * p.stride * b.chunkChannels + kMostBlockDepth;
    resultFloats = b.rows * (sizeof(P) < sizeof(float) ? patchCols : b.cols) * std::min(paddedColumns(p.columns), b.groupColumns);
    const int64_t tiles = b.winograd ? WinogradTiles(b.rows, b.cols).count() : 0;
    transformedSize = tiles * kWinogradRowPlaces * b.chunkChannels;
    productFloats = tiles * kWinogradPlaces * std::min(p.columns, b.groupColumns);
  }

  int64_t floats() const {
    return floatsFor<P>(patchSize) + resultFloats + floatsFor<E>(transformedSize) + productFloats;
  }

  void placeAt(float* memory) {
    results = memory;
    products = results + resultFloats;
    transformed = reinterpret_cast<E*>(products + productFloats);
    patch = reinterpret_cast<P*>(products + productFloats + floatsFor<E>(transformedSize));
  }

 private:
  /// The room of `count` elements, in whole cache lines.
  template <class T>
  static int64_t floatsFor(int64_t count) {
    return ceilDivide(count * static_cast<int64_t>(sizeof(T)), 64) * 16;
  }
};

/// One pass over everything for one block of outputs.
template <class P, class E>
class Block {
  static constexpr bool kHalfPatch = sizeof(P) < sizeof(float);

 public:
  Block(const Correlation& p, const Blocking& b, const E* packed, int64_t block, const Workspace<P, E>& space)
      : p_(p), b_(b), packed_(packed), space_(space), patch_(space.patch), results_(space.results) {
    image_ = block / (b.rowBlocks * b.colBlocks);
    row_ = block / b.colBlocks % b.rowBlocks * b.rows;
    col_ = block % b.colBlocks * b.cols;
    rows_ = std::min(b.rows, p.rows - row_);
    cols_ = std::min(b.cols, p.cols - col_);
    patchRows_ = patchExtent(b.winograd ? roundUpToEven(rows_) : rows_, p.stride, p.tapRows);
    patchCols_ = patchExtent(b.winograd ? roundUpToEven(cols_) : cols_, p.stride, p.tapCols);
    resultCols_ = kHalfPatch && p.stride == 1 ? patchCols_ : cols_;
  }

  /// Results of columns [first, first + count), [rows][resultCols][paddedColumns(count)].
  void compute(int64_t first, int64_t count, bool patchIsRead) {
    const int64_t pitch = paddedColumns(count);
    if (p_.bias) fillBias(first, count, pitch);
    for (int64_t channel = 0; channel < p_.in.channels; channel += b_.chunkChannels) {
      const int64_t channels = std::min(b_.chunkChannels, p_.in.channels - channel);
      if (!patchIsRead || channels < p_.in.channels) {
        const PatchBox box{image_,     row_ * p_.stride - p_.top, col_ * p_.stride - p_.left, patchRows_,
                           patchCols_, channel,                   channels};
        readPatch(p_.x, p_.in, box, patch_, channels);
        if constexpr (kHalfPatch) {
          std::fill_n(patch_ + patchRows_ * patchCols_ * channels, kMostBlockDepth, BFloat16{});
        }
      }
      if constexpr (kHalfPatch) {
        multiplyHalfChunk(channel, channels, first, count, pitch);
      } else if (b_.winograd) {
        transformAndMultiplyChunk(channel, channels, first, count);
      } else if constexpr (std::is_same_v<E, float>) {
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
      const float* row = results_ + r * resultCols_ * pitch;
      withFloatType(y.output.dtype, [&](auto type) {
        writeRow<E, typename decltype(type)::type>(y, position, row, cols_, pitch, first, count);
      });
    }
  }

  void gather(MomentsOfParts& moments, int64_t part, int64_t first, int64_t count) const {
    const int64_t pitch = paddedColumns(count);
    moments.gather(part, results_, rows_, cols_, resultCols_ * pitch, pitch, first, count);
  }

 private:
  void fillBias(int64_t first, int64_t count, int64_t pitch) {
    for (int64_t n = 0; n < pitch; n++) results_[n] = n < count ? p_.bias[(first + n) % p_.outChannels] : 0.0f;
    // What is there is doubled, because copies of a few numbers each take longer.
    const int64_t size = rows_ * resultCols_ * pitch;
    for (int64_t filled = pitch; filled < size; filled *= 2) {
      std::copy_n(results_, std::min(filled, size - filled), results_ + filled);
    }
  }

  /// With stride 1, outputs of all rows are one run of pixels of the patch: those that lie in the halo between two rows
  /// are computed as well, and never looked at.
  void multiplyHalfChunk(int64_t channel, int64_t channels, int64_t first, int64_t count, int64_t pitch) {
    const int64_t depth = p_.tapCols * channels;
    const int64_t padded = paddedDepth(depth, b_.blockDepth);
    const int64_t tapRowsAtOnce = std::clamp<int64_t>(kHalfDepth / depth, 1, p_.tapRows);
    const int64_t chunkDepth = paddedDepth(p_.tapCols * b_.chunkChannels, b_.blockDepth);
    const E* chunk = packed_ + channel / b_.chunkChannels * p_.tapRows * chunkDepth * paddedColumns(p_.columns);
    const bool isOneRun = resultCols_ == patchCols_;
    HalfJob job;
    job.aRow = p_.stride * channels;
    job.aSegment = patchCols_ * channels;
    job.depth = depth;
    job.blockDepth = b_.blockDepth;
    job.cRow = pitch;
    job.rows = isOneRun ? rows_ * patchCols_ - (p_.tapCols - 1) : cols_;
    for (int64_t column = 0; column < count; column += kPanelColumns) {
      const int64_t width = panelWidth(count - column);
      const E* panel = chunk + (first + column) * p_.tapRows * padded;
      for (int64_t tapRow = 0; tapRow < p_.tapRows; tapRow += tapRowsAtOnce) {
        job.b = panel + tapRow * padded * width;
        job.segments = std::min(tapRowsAtOnce, p_.tapRows - tapRow);
        job.accumulate = p_.bias || channel > 0 || tapRow > 0;
        for (int64_t r = 0; r < (isOneRun ? 1 : rows_); r++) {
          job.a = patch_ + (r * p_.stride + tapRow) * job.aSegment;
          job.c = results_ + r * resultCols_ * pitch + column;
          multiplyHalves(job, width);
        }
      }
    }
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
    const int64_t placePitch = tiles.count() * channels;
    const E* chunk = packed_ + kWinogradPlaces * channel * p_.columns;
    forEachWinogradRow([&](auto row) {
      transformPatchRow<decltype(row)::value>(patch_, tiles, channels, space_.transformed);
      if constexpr (std::is_same_v<E, float>) {
        if (p_.half) roundToHalves(space_.transformed, kWinogradRowPlaces * placePitch);
      }
      for (int64_t i = 0; i < kWinogradRowPlaces; i++) {
        const int64_t place = row * kWinogradRowPlaces + i;
        for (int64_t column = 0; column < count; column += kPanelColumns) {
          const int64_t width = panelWidth(count - column);
          const E* panel = chunk + (kWinogradPlaces * (first + column) + place * width) * channels;
          float* product = space_.products + place * tiles.count() * count + column;
          multiplyPlace<Contiguous::k>(space_.transformed + i * placePitch, tiles.count(), channels, panel, width, product,
                                       count, channel > 0);
        }
      }
    });
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
  const E* packed_;
  const Workspace<P, E>& space_;
  int64_t image_, row_, col_, rows_, cols_, patchRows_, patchCols_;
  int64_t resultCols_;  // pixels between two rows of results
  P* patch_;
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

/// packed: the weights, as the form of the blocking wants them.
template <class P, class E>
void correlateAs(const Correlation& p, const Blocking& b, const E* packed) {
  const int64_t blocks = b.blocks(p);
  const Workspace<P, E> wanted(p, b);
  const Scratch<float> scratch(threadCount() * wanted.floats());
  MomentsOfParts moments(p.moments, blocks, p.columns, p.outChannels);
  parallelFor(b.groupsAreParts ? blocks * b.groups : blocks, [&](int64_t part, int worker) {
    Workspace<P, E> space = wanted;
    space.placeAt(scratch.data() + worker * wanted.floats());
    std::optional<HalfUnit> unit;
    if (b.blockDepth > 0) unit.emplace(b.blockDepth);
    const int64_t index = b.groupsAreParts ? part / b.groups : part;
    Block<P, E> block(p, b, packed, index, space);
    const int64_t firstGroup = b.groupsAreParts ? part % b.groups : 0;
    const int64_t endGroup = b.groupsAreParts ? firstGroup + 1 : b.groups;
    for (int64_t group = firstGroup; group < endGroup; group++) {
      const int64_t first = group * b.groupColumns;
      const int64_t count = std::min(b.groupColumns, p.columns - first);
      block.compute(first, count, group > firstGroup);
      block.write(first, count);
      if (p.moments) block.gather(moments, index, first, count);
    }
  });
  if (p.moments) moments.merge(p.moments);
}

template <class E>
void correlateByWinograd(const Correlation& p, const Blocking& b) {
  const Scratch<E> packed(kWinogradPlaces * p.in.channels * p.columns);
  packWinogradPanels(p, b.chunkChannels, packed.data());
  correlateAs<float>(p, b, packed.data());
}

}  // namespace

void correlate(Correlation p) {
  flatten(p);
  const Blocking b = blockingOf(p);
  if (b.winograd) return p.half ? correlateByWinograd<WinogradHalf>(p, b) : correlateByWinograd<float>(p, b);
  if (p.half) {
    const Scratch<BFloat16> packed(packedHalfPanels(p, b.chunkChannels, b.blockDepth));
    packHalfPanels(p, b.chunkChannels, b.blockDepth, packed.data());
    return correlateAs<BFloat16>(p, b, packed.data());
  }
  const Scratch<float> packed(p.tapRows * p.tapCols * p.in.channels * paddedColumns(p.columns));
  packPanels(p, b.chunkChannels, packed.data());
  correlateAs<float>(p, b, packed.data());
}

}  // namespace INKSTONE_ISA
}  // namespace inkstone
