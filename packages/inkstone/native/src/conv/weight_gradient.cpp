#include "conv/weight_gradient.h"

#include <algorithm>
#include <optional>

#include "base/allocator.h"
#include "base/parallel.h"
#include "conv/cut.h"
#include "conv/half_weight_gradient.h"
#include "conv/patch.h"
#include "conv/tile.h"
#include "conv/weight_gradient_blocking.h"
#include "conv/winograd.h"
#include "conv/winograd_gradient.h"

namespace inkstone {
namespace INKSTONE_ISA {
namespace {

/// Adds one block to a partial sum [tap row][tap col][channel][group columns], with fp32 products.
class Block : GradientBlock {
 public:
  using Element = float;

  Block(const WeightGradient& p, const GradientBlocking& b, int64_t block) : GradientBlock(p, b, block) {}

  /// Elements of a patch and of the panels of y.
  static int64_t patchSize(const WeightGradient& p, const GradientBlocking& b) {
    return patchExtent(b.rows, p.stride, p.tapRows) * patchExtent(b.cols, p.stride, p.tapCols) * b.pixelPitch;
  }
  static int64_t panelSize(const WeightGradient&, const GradientBlocking& b) {
    return b.rows * b.cols * b.groupColumns;
  }

  void addTo(float* partial, int64_t first, int64_t count, float* patch, float* panels, bool accumulate) const {
    for (int64_t r = 0; r < rows_; r++) {
      const int64_t pixel = (image_ * p_.rows + row_ + r) * p_.cols + col_;
      readPanels(p_.y, p_.columns, pixel, cols_, first, count, panels, r * cols_, rows_ * cols_);
    }
    if (p_.half && !holdsHalves(p_.y)) roundToHalves(panels, paddedColumns(count) * rows_ * cols_);
    for (int64_t channel = 0; channel < p_.in.channels; channel += b_.chunkChannels) {
      const int64_t channels = std::min(b_.chunkChannels, p_.in.channels - channel);
      const PatchBox box{image_,     row_ * p_.stride - p_.top, col_ * p_.stride - p_.left, patchRows_,
                         patchCols_, channel,                   channels};
      readPatch(p_.x, p_.in, box, patch, b_.pixelPitch);
      if (p_.half && !holdsHalves(p_.x)) roundToHalves(patch, patchRows_ * patchCols_ * b_.pixelPitch);
      multiplyChunk(partial, channel, channels, count, patch, panels, accumulate);
    }
  }

 private:
  void multiplyChunk(float* partial, int64_t channel, int64_t channels, int64_t count, const float* patch,
                     const float* panels, bool accumulate) const {
    // Taps of a row lie side by side when pixels do: then they count as channels, which fills tiles of thin inputs.
    const bool flat = b_.pixelPitch == p_.in.channels;
    const int64_t tapCols = flat ? 1 : p_.tapCols;
    const int64_t tileRows = flat ? channels * p_.tapCols : channels;
    const int64_t pitch = paddedColumns(count);
    for (int64_t column = 0; column < count; column += kPanelColumns) {
      const int64_t width = panelWidth(count - column);
      TileJob job;
      job.aRow = 1;
      job.aStep = p_.stride * b_.pixelPitch;
      job.aSegment = p_.stride * patchCols_ * b_.pixelPitch;
      job.b = panels + column * rows_ * cols_;
      job.segments = rows_;
      job.depth = cols_;
      job.cRow = pitch;
      job.accumulate = accumulate;
      for (int64_t u = 0; u < p_.tapRows; u++) {
        for (int64_t v = 0; v < tapCols; v++) {
          const float* a = patch + (u * patchCols_ + v) * b_.pixelPitch;
          float* c = partial + ((u * p_.tapCols + v) * p_.in.channels + channel) * pitch + column;
          forEachTile<Contiguous::m>(tileRows, width, [&](TileFunction multiply, int64_t row) {
            job.a = a + row;
            job.c = c + row * pitch;
            multiply(job);
          });
        }
      }
    }
  }
};

void flatten(WeightGradient& p) {
  const bool pointwise = p.tapRows == 1 && p.tapCols == 1 && p.stride == 1 && p.top == 0 && p.left == 0;
  if (!pointwise || p.rows != p.in.height || p.cols != p.in.width) return;
  p.cols = p.in.pixels();
  p.rows = 1;
  p.in = {1, 1, p.cols, p.in.channels};
}

/// Adds the partial sums in their order and turns [tap][channel][column] into [column][channel][tap].
void reduce(const WeightGradient& p, const GradientBlocking& b, const float* partials) {
  const int64_t taps = p.tapRows * p.tapCols;
  const int64_t weights = taps * p.in.channels;
  const int64_t columns = paddedColumns(p.columns);
  const Scratch<float> rows(threadCount() * taps * kPanelColumns);
  parallelFor(p.in.channels, [&](int64_t channel, int worker) {
    float* sums = rows.data() + worker * taps * kPanelColumns;
    for (int64_t first = 0; first < p.columns; first += kPanelColumns) {
      const int64_t groupFirst = first / b.groupColumns * b.groupColumns;
      const int64_t pitch = std::min(b.groupColumns, columns - groupFirst);
      const int64_t width = panelWidth(p.columns - first);
      for (int64_t tap = 0; tap < taps; tap++) {
        const float* group = partials + weights * groupFirst;
        const float* partial = group + (tap * p.in.channels + channel) * pitch + first - groupFirst;
        for (int64_t v = 0; v < width; v += kLanes) {
          Vec sum = load(partial + v);
          for (int64_t split = 1; split < b.splits; split++) sum += load(partial + split * weights * columns + v);
          store(sums + tap * kPanelColumns + v, sum);
        }
      }
      for (int64_t n = first; n < std::min(first + width, p.columns); n++) {
        float* out = p.dWeight + (n * p.in.channels + channel) * taps;
        for (int64_t tap = 0; tap < taps; tap++) out[tap] = sums[tap * kPanelColumns + n - first];
      }
    }
  });
}

template <class Block>
void weightGradientBy(const WeightGradient& p, const GradientBlocking& b) {
  using E = typename Block::Element;
  const int64_t columns = paddedColumns(p.columns);
  const int64_t weights = p.tapRows * p.tapCols * p.in.channels;
  const int64_t patchSize = ceilDivide(Block::patchSize(p, b), 64) * 64;
  const int64_t panelSize = ceilDivide(Block::panelSize(p, b), 64) * 64;
  const Scratch<float> partials(b.splits * weights * columns);
  const Scratch<E> scratch(threadCount() * (patchSize + panelSize));
  parallelFor(b.splits * b.groups, [&](int64_t part, int worker) {
    const int64_t split = part / b.groups;
    const int64_t first = part % b.groups * b.groupColumns;
    const int64_t count = std::min(b.groupColumns, p.columns - first);
    float* partial = partials.data() + split * weights * columns + weights * first;
    E* patch = scratch.data() + worker * (patchSize + panelSize);
    std::optional<HalfUnit> unit;
    if (b.blockDepth > 0) unit.emplace(b.blockDepth);
    const Range range = rangeOf(split, b.splits, b.blocks);
    for (int64_t block = range.begin; block < range.end; block++) {
      Block(p, b, block).addTo(partial, first, count, patch, patch + patchSize, block > range.begin);
    }
  });
  reduce(p, b, partials.data());
}

}  // namespace

void weightGradient(WeightGradient p) {
  if (winogradFits(p)) return winogradWeightGradient(p);
  flatten(p);
  const GradientBlocking b = gradientBlockingOf(p);
  if (b.blockDepth > 0) return weightGradientBy<HalfBlock>(p, b);
  weightGradientBy<Block>(p, b);
}

void channelSums(const Operand& x, int64_t pixels, int64_t channels, float* out) {
  // Several pixels side by side fill vectors also when there is one channel.
  const int64_t together = pixels % kLanes == 0 ? kLanes : 1;
  const int64_t width = together * channels;
  const int64_t rows = pixels / together;
  const int64_t parts = std::min<int64_t>(kMostSplits, rows);
  const int64_t pitch = paddedColumns(width);
  const ImageShape shape{1, 1, rows, width};
  const Scratch<float> sums(parts * pitch);
  const int64_t rowsAtOnce = std::max<int64_t>(1, 4096 / pitch);
  const Scratch<float> scratch(threadCount() * rowsAtOnce * pitch);
  parallelFor(parts, [&](int64_t part, int worker) {
    float* sum = sums.data() + part * pitch;
    float* read = scratch.data() + worker * rowsAtOnce * pitch;
    std::fill(sum, sum + pitch, 0.0f);
    const Range range = rangeOf(part, parts, rows);
    for (int64_t row = range.begin; row < range.end; row += rowsAtOnce) {
      const int64_t count = std::min(rowsAtOnce, range.end - row);
      readPatch(x, shape, {0, 0, row, 1, count, 0, width}, read, width);
      for (int64_t n = 0; n < width; n += kLanes) {
        Vec total = load(sum + n);
        for (int64_t r = 0; r < count; r++) total += load(read + r * width + n, width - n);
        store(sum + n, total);
      }
    }
  });
  for (int64_t channel = 0; channel < channels; channel++) {
    double total = 0.0;
    for (int64_t part = 0; part < parts; part++) {
      for (int64_t n = channel; n < width; n += channels) total += sums[part * pitch + n];
    }
    out[channel] = static_cast<float>(total);
  }
}

}  // namespace INKSTONE_ISA
}  // namespace inkstone
