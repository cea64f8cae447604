// The one place where an operand becomes fp32: from its storage type, through its affine and activation. Half arithmetic
// rounds it again.
#pragma once

#include <algorithm>
#include <type_traits>

#include "base/visit.h"

namespace inkstone {
namespace INKSTONE_ISA {

/// Reads kLanes channels of a pixel from `channel` on, or the last `count` with zeros behind them.
template <class T>
struct PlainReader {
  static constexpr bool plain = true;

  Vec operator()(const T* pixel, int64_t channel) const { return load(pixel + channel); }
  Vec operator()(const T* pixel, int64_t channel, int64_t count) const { return load(pixel + channel, count); }
};

template <class T, Activation A>
class AffineReader {
 public:
  static constexpr bool plain = false;

  AffineReader(const float* scale, const float* shift, int64_t channels) : scale_(scale), shift_(shift) {
    const int64_t rest = channels % kLanes;
    lastScale_ = load(scale + channels - rest, rest);
    lastShift_ = load(shift + channels - rest, rest);
    kept_ = laneNumbers() < splat(static_cast<float>(rest));
  }

  Vec operator()(const T* pixel, int64_t channel) const {
    return activate<A>(fma(load(pixel + channel), load(scale_ + channel), load(shift_ + channel)));
  }
  Vec operator()(const T* pixel, int64_t channel, int64_t count) const {
    return select(kept_, activate<A>(fma(load(pixel + channel, count), lastScale_, lastShift_)), zero());
  }

 private:
  const float* scale_;
  const float* shift_;
  Vec lastScale_, lastShift_;
  IntVec kept_;
};

/// Calls run(reader, data) with the reader that fits `channels` of the operand; its channel 0 is `firstChannel`.
template <class Run>
inline void withReader(const Operand& x, int64_t firstChannel, int64_t channels, const Run& run) {
  withFloatType(x.dtype, [&](auto type) {
    using T = typename decltype(type)::type;
    const T* data = static_cast<const T*>(x.data);
    if (!x.affine) return run(PlainReader<T>{}, data);
    withActivation(x.affine.activation, [&](auto activation) {
      run(AffineReader<T, decltype(activation)::value>(x.affine.scale + firstChannel, x.affine.shift + firstChannel,
                                                       channels),
          data);
    });
  });
}

/// Two vectors side by side, as they are multiplied: rounded, but subnormal bfloat16s may become zero.
template <class E>
inline void storeOperands(E* out, Vec first, Vec second) {
  store(out, first);
  store(out + kLanes, second);
}
#if defined(__AVX512BF16__)
inline void storeOperands(BFloat16* out, Vec first, Vec second) {
  _mm512_storeu_si512(out, (__m512i)_mm512_cvtne2ps_pbh(second, first));
}
#endif

/// The first `channels` of pixels that lie `sourcePitch` apart, to floats or bfloat16s that lie `outPitch` apart. What
/// `outPitch` leaves free in the last vector becomes zero.
template <class T, class Reader, class E>
inline void readPixels(const Reader& read, const T* source, int64_t sourcePitch, int64_t pixels, int64_t channels,
                       E* out, int64_t outPitch) {
  if constexpr (Reader::plain && std::is_same_v<T, E>) {
    if (outPitch == channels) {
      if (sourcePitch == channels) {
        std::copy(source, source + pixels * channels, out);
      } else {
        for (int64_t p = 0; p < pixels; p++) {
          std::copy(source + p * sourcePitch, source + p * sourcePitch + channels, out + p * outPitch);
        }
      }
      return;
    }
  }
  if (Reader::plain && sourcePitch == channels && outPitch == channels) {
    const int64_t size = pixels * channels;
    const int64_t whole = size / kLanes * kLanes;
    for (int64_t i = 0; i < whole; i += kLanes) store(out + i, read(source, i));
    if (whole < size) store(out + whole, read(source, whole, size - whole), size - whole);
    return;
  }
  const int64_t rest = channels % kLanes;
  const int64_t whole = channels - rest;
  for (int64_t p = 0; p < pixels; p++, source += sourcePitch, out += outPitch) {
    int64_t c = 0;
    for (; c + 2 * kLanes <= whole; c += 2 * kLanes) storeOperands(out + c, read(source, c), read(source, c + kLanes));
    if (c < whole) store(out + c, read(source, c));
    if (rest) store(out + whole, read(source, whole, rest), outPitch - whole);
  }
}

}  // namespace INKSTONE_ISA
}  // namespace inkstone
