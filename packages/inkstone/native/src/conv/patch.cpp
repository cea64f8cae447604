#include "conv/patch.h"

#include <algorithm>

#include "base/reader.h"

namespace inkstone {
namespace INKSTONE_ISA {

void readPatch(const Operand& x, const ImageShape& shape, const PatchBox& box, float* out, int64_t pixelPitch) {
  const int64_t rowPitch = box.cols * pixelPitch;
  const int64_t before = std::clamp<int64_t>(-box.left, 0, box.cols);
  const int64_t end = std::clamp<int64_t>(shape.width - box.left, before, box.cols);
  withReader(x, box.firstChannel, box.channels, [&](const auto& read, const auto* data) {
    for (int64_t r = 0; r < box.rows; r++, out += rowPitch) {
      const int64_t y = box.top + r;
      if (y < 0 || y >= shape.height) {
        std::fill(out, out + rowPitch, 0.0f);
        continue;
      }
      std::fill(out, out + before * pixelPitch, 0.0f);
      const int64_t pixel = (box.image * shape.height + y) * shape.width + box.left + before;
      readPixels(read, data + pixel * shape.channels + box.firstChannel, shape.channels, end - before, box.channels,
              out + before * pixelPitch, pixelPitch);
      std::fill(out + end * pixelPitch, out + rowPitch, 0.0f);
    }
  });
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

}  // namespace INKSTONE_ISA
}  // namespace inkstone
