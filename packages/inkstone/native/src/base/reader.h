// The one place where an operand becomes fp32: from its storage type, through its affine and activation.
#pragma once

#include "base/visit.h"

namespace inkstone {
namespace INKSTONE_ISA {

/// Reads eight channels of a pixel from `channel` on, or `count` of them.
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
inline void withReader(const Operand& x, int64_t firstChannel, const Run& run) {
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

/// The first `channels` of pixels that lie `sourcePitch` apart, to floats that lie `outPitch` apart; nothing is written
/// in between.
template <class T, class Reader>
inline void readPixels(const Reader& read, const T* source, int64_t sourcePitch, int64_t pixels, int64_t channels,
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

}  // namespace INKSTONE_ISA
}  // namespace inkstone
