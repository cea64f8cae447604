#include "conv/half_weight_gradient.h"

#include "conv/patch.h"

namespace inkstone {
namespace INKSTONE_ISA {
namespace {

// What stays in the first-level cache over all taps: so many channels and a panel, for so many pixels.
constexpr int64_t kChannelsAtOnce = 32;
constexpr int64_t kDepthAtOnce = 352;

/// Left operands of the last channels of a tile may be read behind the last one.
int64_t channelsRead(int64_t channels) { return channels + kHalfRowsBehind; }

int64_t runDepth(const PhasedPatch& planes, int64_t rows, int64_t cols) { return (rows - 1) * planes.cols + cols; }

/// Channel by channel what lies pixel by pixel.
void transposePixels(const BFloat16* pixels, int64_t count, int64_t pixelPitch, int64_t channels, BFloat16* out,
                     int64_t channelPitch) {
  int64_t c = 0;
#if INKSTONE_AVX2
  for (; c + 8 <= channels; c += 8) {
    int64_t p = 0;
    for (; p + 8 <= count; p += 8) {
      __m128i rows[8], pairs[8], quads[8];
      for (int i = 0; i < 8; i++) rows[i] = _mm_loadu_si128((const __m128i*)(pixels + (p + i) * pixelPitch + c));
      for (int i = 0; i < 4; i++) {
        pairs[2 * i] = _mm_unpacklo_epi16(rows[2 * i], rows[2 * i + 1]);
        pairs[2 * i + 1] = _mm_unpackhi_epi16(rows[2 * i], rows[2 * i + 1]);
      }
      for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 2; j++) {
          quads[4 * i + 2 * j] = _mm_unpacklo_epi32(pairs[4 * i + j], pairs[4 * i + j + 2]);
          quads[4 * i + 2 * j + 1] = _mm_unpackhi_epi32(pairs[4 * i + j], pairs[4 * i + j + 2]);
        }
      }
      for (int j = 0; j < 4; j++) {
        BFloat16* const to = out + (c + 2 * j) * channelPitch + p;
        _mm_storeu_si128((__m128i*)to, _mm_unpacklo_epi64(quads[j], quads[j + 4]));
        _mm_storeu_si128((__m128i*)(to + channelPitch), _mm_unpackhi_epi64(quads[j], quads[j + 4]));
      }
    }
    for (; p < count; p++) {
      for (int64_t i = 0; i < 8; i++) out[(c + i) * channelPitch + p] = pixels[p * pixelPitch + c + i];
    }
  }
#endif
  for (; c < channels; c++) {
    for (int64_t p = 0; p < count; p++) out[c * channelPitch + p] = pixels[p * pixelPitch + c];
  }
}

}  // namespace

PhasedPatch::PhasedPatch(const WeightGradient& p, int64_t outputRows, int64_t outputCols)
    : stride(p.stride), rowPhases(std::min(p.stride, p.tapRows)), colPhases(std::min(p.stride, p.tapCols)),
      rows(outputRows + (p.tapRows - 1) / p.stride), cols(outputCols + (p.tapCols - 1) / p.stride) {
  // Behind the last pixel, a block of k reads on. An odd number of cache lines spreads channels over the cache.
  const int64_t lines = ceilDivide(rowPhases * colPhases * rows * cols + kMostBlockDepth, 32);
  channelPitch = (lines + 1 - lines % 2) * 32;
}

int64_t halfGradientBlockDepth(const WeightGradient& p, const GradientBlocking& b) {
  return halfBlockDepth(runDepth(PhasedPatch(p, b.rows, b.cols), b.rows, b.cols));
}

int64_t HalfBlock::patchSize(const WeightGradient& p, const GradientBlocking& b) {
  const PhasedPatch planes(p, b.rows, b.cols);
  return channelsRead(b.chunkChannels) * planes.channelPitch + planes.cols * p.stride * b.chunkChannels;
}

int64_t HalfBlock::panelSize(const WeightGradient& p, const GradientBlocking& b) {
  const PhasedPatch planes(p, b.rows, b.cols);
  return paddedDepth(runDepth(planes, b.rows, b.cols), b.blockDepth) * b.groupColumns;
}

void HalfBlock::addTo(float* partial, int64_t first, int64_t count, BFloat16* patch, BFloat16* panels,
                      bool accumulate) const {
  const int64_t depth = paddedDepth(runDepth(planes_, rows_, cols_), b_.blockDepth);
  // Where rows follow each other without a gap, all of the panels is written but what is behind the last row.
  const int64_t filled = planes_.cols == cols_ && count == paddedColumns(count) ? rows_ * cols_ / 2 * 2 : 0;
  for (int64_t column = 0; column < count; column += kPanelColumns) {
    const int64_t width = panelWidth(count - column);
    std::fill_n(panels + column * depth + filled * width, (depth - filled) * width, BFloat16{});
  }
  for (int64_t r = 0; r < rows_; r++) {
    const int64_t pixel = (image_ * p_.rows + row_ + r) * p_.cols + col_;
    readHalfPanels(p_.y, p_.columns, pixel, cols_, first, count, panels, r * planes_.cols, depth);
  }
  BFloat16* const row = patch + channelsRead(b_.chunkChannels) * planes_.channelPitch;
  for (int64_t channel = 0; channel < p_.in.channels; channel += b_.chunkChannels) {
    const int64_t channels = std::min(b_.chunkChannels, p_.in.channels - channel);
    transpose(channel, channels, row, patch);
    multiplyChunk(partial, channel, channels, count, patch, panels, accumulate);
  }
}

void HalfBlock::transpose(int64_t channel, int64_t channels, BFloat16* row, BFloat16* out) const {
  const int64_t plane = planes_.rows * planes_.cols;
  const int64_t used = planes_.rowPhases * planes_.colPhases * plane;
  for (int64_t c = 0; c < channels; c++) std::fill_n(out + c * planes_.channelPitch + used, kMostBlockDepth, BFloat16{});
  for (int64_t r = 0; r < planes_.rows; r++) {
    for (int64_t rowPhase = 0; rowPhase < planes_.rowPhases; rowPhase++) {
      const int64_t y = row_ * p_.stride - p_.top + r * p_.stride + rowPhase;
      const PatchBox box{image_, y, col_ * p_.stride - p_.left, 1, planes_.cols * p_.stride, channel, channels};
      readPatch(p_.x, p_.in, box, row, channels);
      for (int64_t colPhase = 0; colPhase < planes_.colPhases; colPhase++) {
        BFloat16* const to = out + ((rowPhase * planes_.colPhases + colPhase) * planes_.rows + r) * planes_.cols;
        transposePixels(row + colPhase * channels, planes_.cols, p_.stride * channels, channels, to,
                        planes_.channelPitch);
      }
    }
  }
}

void HalfBlock::multiplyChunk(float* partial, int64_t channel, int64_t channels, int64_t count, const BFloat16* patch,
                              const BFloat16* panels, bool accumulate) const {
  HalfJob job;
  job.aRow = planes_.channelPitch;
  job.aSegment = 0;
  job.segments = 1;
  const int64_t run = runDepth(planes_, rows_, cols_);
  job.blockDepth = b_.blockDepth;
  job.cRow = paddedColumns(count);
  const int64_t depth = paddedDepth(run, b_.blockDepth);
  const int64_t step = kDepthAtOnce / b_.blockDepth * b_.blockDepth;
  for (int64_t column = 0; column < count; column += kPanelColumns) {
    const int64_t width = panelWidth(count - column);
    for (int64_t c = 0; c < channels; c += kChannelsAtOnce) {
      job.rows = std::min(kChannelsAtOnce, channels - c);
      for (int64_t k = 0; k < run; k += step) {
        job.depth = std::min(step, run - k);
        job.accumulate = accumulate || k > 0;
        job.b = panels + column * depth + k * width;
        for (int64_t tap = 0; tap < p_.tapRows * p_.tapCols; tap++) {
          job.a = patch + c * planes_.channelPitch + planes_.offset(tap / p_.tapCols, tap % p_.tapCols) + k;
          job.c = partial + (tap * p_.in.channels + channel + c) * job.cRow + column;
          multiplyHalves(job, width);
        }
      }
    }
  }
}

}  // namespace INKSTONE_ISA
}  // namespace inkstone
