#include "conv/patch.h"

#include <algorithm>

namespace inkstone {
namespace INKSTONE_ISA {
namespace {

/// What a read value goes through. `plain`: nothing at all.
enum class Reading { plain, identity, relu, hardSwish, hardSigmoid, sigmoid };

template <Reading READING>
inline Vec activate(Vec x) {
  if constexpr (READING == Reading::relu) return atLeast(x, 0.0f);
  if constexpr (READING == Reading::hardSigmoid) {
    return atMost(atLeast(x + splat(3.0f), 0.0f), 6.0f) * splat(1.0f / 6.0f);
  }
  if constexpr (READING == Reading::hardSwish) return x * activate<Reading::hardSigmoid>(x);
  if constexpr (READING == Reading::sigmoid) return splat(1.0f) / (splat(1.0f) + exp(zero() - x));
  return x;
}

/// Reads up to eight channels from `channel` on.
template <class T, Reading READING>
struct Reader {
  const float* scale;
  const float* shift;

  Vec operator()(const T* pixel, int64_t channel) const {
    const Vec value = load(pixel + channel);
    if constexpr (READING == Reading::plain) return value;
    return activate<READING>(fma(value, load(scale + channel), load(shift + channel)));
  }

  Vec operator()(const T* pixel, int64_t channel, int64_t count) const {
    const Vec value = load(pixel + channel, count);
    if constexpr (READING == Reading::plain) return value;
    return activate<READING>(fma(value, load(scale + channel, count), load(shift + channel, count)));
  }
};

/// Calls run(reader, data) with the reader that fits the operand, its vectors starting at `firstChannel`.
template <class Run>
void withReader(const Operand& x, int64_t firstChannel, const Run& run) {
  const auto typed = [&](const auto* data) {
    using T = std::remove_cv_t<std::remove_pointer_t<decltype(data)>>;
    if (!x.affine) return run(Reader<T, Reading::plain>{nullptr, nullptr}, data);
    const float* scale = x.affine.scale + firstChannel;
    const float* shift = x.affine.shift + firstChannel;
    switch (x.affine.activation) {
      case Activation::identity: return run(Reader<T, Reading::identity>{scale, shift}, data);
      case Activation::relu: return run(Reader<T, Reading::relu>{scale, shift}, data);
      case Activation::hardSwish: return run(Reader<T, Reading::hardSwish>{scale, shift}, data);
      case Activation::hardSigmoid: return run(Reader<T, Reading::hardSigmoid>{scale, shift}, data);
      case Activation::sigmoid: return run(Reader<T, Reading::sigmoid>{scale, shift}, data);
    }
  };
  switch (x.dtype) {
    case DType::float16: return typed(static_cast<const Half*>(x.data));
    case DType::bfloat16: return typed(static_cast<const BFloat16*>(x.data));
    default: return typed(static_cast<const float*>(x.data));
  }
}

template <class T, Reading READING>
void readRow(const Reader<T, READING>& read, const T* source, int64_t sourcePitch, int64_t pixels, int64_t channels,
             float* out, int64_t outPitch) {
  if (READING == Reading::plain && sourcePitch == channels && outPitch == channels) {
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
