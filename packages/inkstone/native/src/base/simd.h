// A vector of fp32 lanes over every storage type. Kernels are written against this and compiled once for each instruction
// set. GCC's and Clang's vector types make the arithmetic portable; what those cannot say is in one file for each set:
//
//   kLanes, Vec, IntVec, splat, laneNumbers (0, 1, 2 …), load and store of each type, fma, sqrt,
//   select(condition, a, b)   condition ? a : b, lane by lane; the condition is a comparison of two vectors (`x > y`)
//   atLeast, atMost           let NaN in `x` through, and so does everything else here
//   sum                       adds lanes in a fixed order, so that sums do not depend on the compiler's mood
#pragma once

#include <cmath>
#include <type_traits>

#include "base/half.h"
#include "base/parallel.h"

#if defined(__AVX512F__)
#define INKSTONE_AVX2 1
#include "base/simd/avx512.h"
#elif defined(__AVX2__) && defined(__FMA__) && defined(__F16C__)
#define INKSTONE_AVX2 1
#include "base/simd/avx2.h"
#elif defined(INKSTONE_NEON)
#include "base/simd/neon.h"
#elif defined(__wasm_simd128__)
#include "base/simd/wasm.h"
#else
#include "base/simd/generic.h"
#endif

namespace inkstone {
namespace INKSTONE_ISA {

inline Vec zero() { return splat(0.0f); }

#if !defined(__AVX512F__)  // which has masks for this
/// Rounded to nearest even and clipped to 0…255.
inline void store(uint8_t* p, Vec v) {
  const Vec bounded = atMost(atLeast(v, 0.0f), 255.0f);
  for (int lane = 0; lane < kLanes; lane++) p[lane] = static_cast<uint8_t>(std::lrint(bounded[lane]));
}

/// The first n (0…kLanes) elements, zeros behind them; reads no further.
template <class T>
inline Vec load(const T* p, int64_t n) {
  if (n >= kLanes) return load(p);
  T padded[kLanes] = {};
  std::memcpy(padded, p, static_cast<size_t>(n) * sizeof(T));
  return load(padded);
}

/// Writes the first n (0…kLanes) lanes.
template <class T>
inline void store(T* p, Vec v, int64_t n) {
  if (n >= kLanes) return store(p, v);
  T padded[kLanes];
  store(padded, v);
  std::memcpy(p, padded, static_cast<size_t>(n) * sizeof(T));
}
#endif

/// The values as storage of type T keeps them.
template <class T>
inline Vec roundedTo(Vec v) {
  if constexpr (std::is_same_v<T, float>) {
    return v;
  } else if constexpr (std::is_same_v<T, BFloat16>) {
    // As fromFloat does it, in registers.
    const IntVec bits = (IntVec)v;
    const IntVec upper = bits + 0x7fff + (bits >> 16 & 1);
    const IntVec quiet = bits | 0x400000;
    return (Vec)((IntVec)select(v != v, (Vec)quiet, (Vec)upper) & static_cast<int32_t>(0xffff0000));
  } else {
    T stored[kLanes];
    store(stored, v);
    return load(stored);
  }
}

inline Vec abs(Vec x) { return (Vec)((IntVec)x & 0x7fffffff); }

/// e^x, within 2 ulp; 0 below −104, infinity above 88.73, NaN for NaN. Cody and Waite reduction, then a polynomial of
/// degree 7 on [−ln 2 / 2, ln 2 / 2].
inline Vec exp(Vec x) {
  const Vec bounded = atMost(atLeast(x, -104.0f), 89.0f);
  // Adding 1.5·2^23 rounds to an integer and leaves it in the low bits.
  const Vec magic = splat(12582912.0f);
  const Vec shifted = fma(bounded, splat(1.44269504088896341f), magic);
  const Vec n = shifted - magic;
  const Vec r = fma(n, splat(-1.428606820309417e-06f), fma(n, splat(-0.693145751953125f), bounded));
  Vec p = splat(1.9875691500e-4f);  // minimax coefficients of Cephes' expf
  p = fma(p, r, splat(1.3981999507e-3f));
  p = fma(p, r, splat(8.3334519073e-3f));
  p = fma(p, r, splat(4.1665795894e-2f));
  p = fma(p, r, splat(1.6666665459e-1f));
  p = fma(p, r, splat(5.0000001201e-1f));
  p = fma(p * r, r, r) + splat(1.0f);
  // 2^n in two factors: n reaches −150 and +128, which one exponent field cannot hold.
  const IntVec exponent = (IntVec)shifted - (IntVec)magic;
  const IntVec half = exponent >> 1;
  const Vec first = (Vec)((half + 127) << 23);
  const Vec second = (Vec)((exponent - half + 127) << 23);
  return p * first * second;
}

/// A full vector, in place of an element count.
struct Full {};

template <class T>
inline Vec load(const T* p, Full) { return load(p); }
template <class T>
inline void store(T* p, Vec v, Full) { store(p, v); }

/// body(at, count) for every vector of [range.begin, range.end); count is Full or the number of elements left.
template <class Body>
inline void forVectors(Range range, const Body& body) {
  int64_t at = range.begin;
  for (; at + kLanes <= range.end; at += kLanes) body(at, Full{});
  if (at < range.end) body(at, range.end - at);
}

}  // namespace INKSTONE_ISA
}  // namespace inkstone
