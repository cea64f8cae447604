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
    constexpr bool isAsItIs = std::is_same_v<std::decay_t<decltype(read)>, PlainReader<BFloat16>>;
    const auto vectorAt = [&](const auto* pixel, int64_t column, auto lanes) {
      if constexpr (std::is_same_v<decltype(lanes), Full>) return read(pixel, column);
      else return read(pixel, column, lanes);
    };
    const auto* source = data + firstPixel * channels + first;
    for (int64_t panelFirst = 0; panelFirst < count; panelFirst += kPanelColumns) {
      const int64_t width = panelWidth(count - panelFirst);
      const Range columns{panelFirst, std::min(panelFirst + width, count)};
      BFloat16* const panel = out + panelFirst * panelPixels;
      const auto pairAt = [&](int64_t k, int64_t column) { return panel + (k / 2 * width + column - panelFirst) * 2; };
      int64_t p = 0;
      if (at % 2 == 1) {
        forVectors(columns, [&](int64_t n, auto lanes) { storeOdd(pairAt(at, n), vectorAt(source, n, lanes)); });
        p++;
      }
      for (; p + 2 <= pixels; p += 2) {
        const auto* const even = source + p * channels;
        const auto* const odd = even + channels;
        forVectors(columns, [&](int64_t n, auto lanes) {
          if constexpr (isAsItIs && std::is_same_v<decltype(lanes), Full>) {
            storePairs(pairAt(at + p, n), even + n, odd + n);
          } else {
            storePairs(pairAt(at + p, n), vectorAt(even, n, lanes), vectorAt(odd, n, lanes));
          }
        });
      }
      if (p < pixels) {
        const auto* const last = source + p * channels;
        forVectors(columns, [&](int64_t n, auto lanes) { storePairs(pairAt(at + p, n), vectorAt(last, n, lanes), zero()); });
      }
    }
  });
}

}  // namespace INKSTONE_ISA
}  // namespace inkstone
