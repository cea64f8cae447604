#include "conv/patch.h"

#include <algorithm>

#include "base/reader.h"
#include "conv/pairs.h"

namespace inkstone {
namespace INKSTONE_ISA {
namespace {

/// The odd ones of pairs whose even ones are there.
void storeOdd(BFloat16* out, Vec odd) {
  BFloat16 values[kLanes];
  store(values, odd);
  for (int i = 0; i < kLanes; i++) out[2 * i + 1] = values[i];
}

/// Channels of a pixel from `channel` on; `lanes` as forVectors gives it.
template <class Reader, class T, class Lanes>
Vec readLanes(const Reader& read, const T* pixel, int64_t channel, Lanes lanes) {
  if constexpr (std::is_same_v<Lanes, Full>) {
    return read(pixel, channel);
  } else {
    return read(pixel, channel, lanes);
  }
}

/// The same channels of two pixels, as pairs.
template <class Reader, class T, class Lanes>
void storePixels(const Reader& read, const T* even, const T* odd, int64_t channel, Lanes lanes, BFloat16* out) {
  if constexpr (std::is_same_v<Reader, PlainReader<BFloat16>> && std::is_same_v<Lanes, Full>) {
    storePairs(out, even + channel, odd + channel);
  } else {
    storePairs(out, readLanes(read, even, channel, lanes), readLanes(read, odd, channel, lanes));
  }
}

}  // namespace

template <class E>
void readPatch(const Operand& x, const ImageShape& shape, const PatchBox& box, E* out, int64_t pixelPitch) {
  const int64_t rowPitch = box.cols * pixelPitch;
  const int64_t before = std::clamp<int64_t>(-box.left, 0, box.cols);
  const int64_t end = std::clamp<int64_t>(shape.width - box.left, before, box.cols);
  withReader(x, box.firstChannel, box.channels, [&](const auto& read, const auto* data) {
    for (int64_t r = 0; r < box.rows; r++, out += rowPitch) {
      const int64_t y = box.top + r;
      if (y < 0 || y >= shape.height) {
        std::fill(out, out + rowPitch, E{});
        continue;
      }
      std::fill(out, out + before * pixelPitch, E{});
      const int64_t pixel = (box.image * shape.height + y) * shape.width + box.left + before;
      readPixels(read, data + pixel * shape.channels + box.firstChannel, shape.channels, end - before, box.channels,
              out + before * pixelPitch, pixelPitch);
      std::fill(out + end * pixelPitch, out + rowPitch, E{});
    }
  });
}

template void readPatch(const Operand&, const ImageShape&, const PatchBox&, float*, int64_t);
template void readPatch(const Operand&, const ImageShape&, const PatchBox&, BFloat16*, int64_t);

void roundToHalves(float* values, int64_t count) {
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) store(values + i, roundedTo<BFloat16>(load(values + i)));
  if (i < count) store(values + i, roundedTo<BFloat16>(load(values + i, count - i)), count - i);
}

void readPanels(const Operand& x, int64_t channels, int64_t firstPixel, int64_t pixels, int64_t first, int64_t count,
                float* out, int64_t at, int64_t panelPixels) {
  withReader(x, first, count, [&](const auto& read, const auto* data) {
    const auto* source = data + firstPixel * channels + first;
    for (int64_t column = 0; column < count; column += kPanelColumns) {
      const int64_t remaining = count - column;
      const int64_t width = panelWidth(remaining);
      float* panel = out + column * panelPixels + at * width;
      for (int64_t p = 0; p < pixels; p++) {
        for (int64_t v = 0; v < width; v += kLanes) {
          const int64_t have = remaining - v;
          const auto* pixel = source + p * channels;
          store(panel + p * width + v, have >= kLanes ? read(pixel, column + v)
                                       : have > 0     ? read(pixel, column + v, have)
                                                      : zero());
        }
      }
    }
  });
}

void readHalfPanels(const Operand& x, int64_t channels, int64_t firstPixel, int64_t pixels, int64_t first,
                    int64_t count, BFloat16* out, int64_t at, int64_t panelPixels) {
  withReader(x, first, count, [&](const auto& read, const auto* data) {
    const auto* source = data + firstPixel * channels + first;
    for (int64_t panelFirst = 0; panelFirst < count; panelFirst += kPanelColumns) {
      const int64_t width = panelWidth(count - panelFirst);
      const Range columns{panelFirst, std::min(panelFirst + width, count)};
      BFloat16* const panel = out + panelFirst * panelPixels;
      const auto pairAt = [&](int64_t k, int64_t column) { return panel + (k / 2 * width + column - panelFirst) * 2; };
      int64_t p = 0;
      if (at % 2 == 1) {
        forVectors(columns, [&](int64_t n, auto lanes) { storeOdd(pairAt(at, n), readLanes(read, source, n, lanes)); });
        p++;
      }
      for (; p + 2 <= pixels; p += 2) {
        const auto* const even = source + p * channels;
        const auto* const odd = even + channels;
        forVectors(columns, [&](int64_t n, auto lanes) { storePixels(read, even, odd, n, lanes, pairAt(at + p, n)); });
      }
      if (p < pixels) {
        const auto* const last = source + p * channels;
        forVectors(columns, [&](int64_t n, auto lanes) { storePairs(pairAt(at + p, n), readLanes(read, last, n, lanes), zero()); });
      }
    }
  });
}

}  // namespace INKSTONE_ISA
}  // namespace inkstone
