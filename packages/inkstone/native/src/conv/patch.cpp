#include "conv/patch.h"

#include <algorithm>

#include "base/visit.h"

namespace inkstone {
namespace INKSTONE_ISA {
namespace {

/// Reads eight channels from `channel` on, or `count` of them.
template <class T>
struct PlainReader {
  static constexpr bool plain = true;

  Vec operator()(const T* pixel, int64_t channel) const { return load(pixel + channel); }
  Vec operator()(const T* pixel, int64_t channel, int64_t count) const { return load(pixel + channel, count); }
};

template <class T, Activation A>
struct AffineReader {
  static constexpr bool plain = false;
  const float* scale;
  const float* shift;

  Vec operator()(const T* pixel, int64_t channel) const {
    return activate<A>(fma(load(pixel + channel), load(scale + channel), load(shift + channel)));
  }
  Vec operator()(const T* pixel, int64_t channel, int64_t count) const {
    return activate<A>(
        fma(load(pixel + channel, count), load(scale + channel, count), load(shift + channel, count)));
  }
};

/// Calls run(reader, data) with the reader that fits the operand; its channel 0 is the operand's `firstChannel`.
template <class Run>
void withReader(const Operand& x, int64_t firstChannel, const Run& run) {
  withFloatType(x.dtype, [&](auto type) {
    using T = typename decltype(type)::type;
    const T* data = static_cast<const T*>(x.data);
    if (!x.affine) return run(PlainReader<T>{}, data);
    withActivation(x.affine.activation, [&](auto activation) {
      run(AffineReader<T, decltype(activation)::value>{x.affine.scale + firstChannel, x.affine.shift + firstChannel},
          data);
    });
  });
}

template <class T, class Reader>
void readRow(const Reader& read, const T* source, int64_t sourcePitch, int64_t pixels, int64_t channels,
             float* out, int64_t outPitch) {
  if (Reader::plain && sourcePitch == channels && outPitch == channels) {
    const int64_t size = pixels * channels;
    const int64_t whole = size / kLanes * kLanes;
    for (int64_t i = 0; i < whole; i += kLanes) store(out + i, read(source, i));
    if (whole < size) store(out + whole, read(source, whole, size - whole), size - whole);
    return;
  }
  const int64_t whole = channels / kLanes * kLanes;
  const int64_t rest = channels - whole;
  for (int64_t p = 0; p < pixels; p++, source += sourcePitch, out += outPitch) {
    for (int64_t c = 0; c < whole; c += kLanes) store(out + c, read(source, c));
    if (rest) store(out + whole, read(source, whole, rest), rest);
  }
}

}  // namespace

void readPatch(const Operand& x, const ImageShape& shape, const PatchBox& box, float* out, int64_t pixelPitch) {
  const int64_t rowPitch = box.cols * pixelPitch;
  const int64_t before = std::clamp<int64_t>(-box.left, 0, box.cols);
  const int64_t end = std::clamp<int64_t>(shape.width - box.left, before, box.cols);
  withReader(x, box.firstChannel, [&](const auto& read, const auto* data) {
    for (int64_t r = 0; r < box.rows; r++, out += rowPitch) {
      const int64_t y = box.top + r;
      if (y < 0 || y >= shape.height) {
        std::fill(out, out + rowPitch, 0.0f);
        continue;
      }
      std::fill(out, out + before * pixelPitch, 0.0f);
      const int64_t pixel = (box.image * shape.height + y) * shape.width + box.left + before;
      readRow(read, data + pixel * shape.channels + box.firstChannel, shape.channels, end - before, box.channels,
              out + before * pixelPitch, pixelPitch);
      std::fill(out + end * pixelPitch, out + rowPitch, 0.0f);
    }
  });
}

void readPanels(const Operand& x, int64_t channels, int64_t firstPixel, int64_t pixels, int64_t first, int64_t count,
                float* out, int64_t at, int64_t panelPixels) {
  withReader(x, first, [&](const auto& read, const auto* data) {
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
