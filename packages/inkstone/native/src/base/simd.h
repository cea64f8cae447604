// Eight fp32 lanes over every storage type. Kernels are written against this and compiled once for each instruction
// set; GCC's and Clang's vector types make the arithmetic portable, intrinsics do what those cannot say.
// `atLeast` and `atMost` let NaN in `x` through, and so does everything else here.
#pragma once

#include <cmath>

#include "base/half.h"
#include "base/parallel.h"

#if defined(__AVX2__) && defined(__FMA__) && defined(__F16C__)
#define INKSTONE_AVX2 1
#include <immintrin.h>
#endif

namespace inkstone {
namespace INKSTONE_ISA {

constexpr int kLanes = 8;

#if INKSTONE_AVX2
using Vec = __m256;
#else
typedef float Vec __attribute__((vector_size(32)));
#endif
typedef int32_t IntVec __attribute__((vector_size(32)));

inline Vec splat(float value) { return Vec{value, value, value, value, value, value, value, value}; }
inline Vec zero() { return splat(0.0f); }

/// condition ? a : b, lane by lane; the condition is a comparison of two vectors (`x > y`).
inline Vec select(IntVec condition, Vec a, Vec b) {
#if INKSTONE_AVX2
  return _mm256_blendv_ps(b, a, (__m256)condition);
#else
  return (Vec)((condition & (IntVec)a) | (~condition & (IntVec)b));
#endif
}

#if INKSTONE_AVX2

inline Vec load(const float* p) { return _mm256_loadu_ps(p); }
inline Vec load(const Half* p) { return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i*)p)); }
inline Vec load(const BFloat16* p) {
  return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i*)p)), 16));
}
inline Vec load(const uint8_t* p) {
  return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i*)p)));
}

inline void store(float* p, Vec v) { _mm256_storeu_ps(p, v); }
inline void store(Half* p, Vec v) { _mm_storeu_si128((__m128i*)p, _mm256_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT)); }
inline void store(BFloat16* p, Vec v) {
  const __m256i bits = _mm256_castps_si256(v);
  const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
  const __m256i rounded = _mm256_add_epi32(bits, _mm256_add_epi32(odd, _mm256_set1_epi32(0x7fff)));
  const __m256i quiet = _mm256_or_si256(bits, _mm256_set1_epi32(0x400000));
  const __m256i nan = _mm256_castps_si256(_mm256_cmp_ps(v, v, _CMP_UNORD_Q));
  const __m256i upper = _mm256_srli_epi32(_mm256_blendv_epi8(rounded, quiet, nan), 16);
  const __m256i packed = _mm256_permute4x64_epi64(_mm256_packus_epi32(upper, upper), 0x08);
  _mm_storeu_si128((__m128i*)p, _mm256_castsi256_si128(packed));
}

inline Vec fma(Vec a, Vec b, Vec c) { return _mm256_fmadd_ps(a, b, c); }
inline Vec atLeast(Vec x, float bound) { return _mm256_max_ps(_mm256_set1_ps(bound), x); }
inline Vec atMost(Vec x, float bound) { return _mm256_min_ps(_mm256_set1_ps(bound), x); }

/// Lane order is fixed, so sums do not depend on the compiler's mood.
inline float sum(Vec v) {
  const __m128 four = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps(two, two, 1)));
}

#else

template <class T>
inline Vec load(const T* p) {
  return Vec{toFloat(p[0]), toFloat(p[1]), toFloat(p[2]), toFloat(p[3]),
             toFloat(p[4]), toFloat(p[5]), toFloat(p[6]), toFloat(p[7])};
}
inline Vec load(const float* p) {
  Vec v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

template <class T>
inline void store(T* p, Vec v) {
  for (int lane = 0; lane < kLanes; lane++) fromFloat(v[lane], p[lane]);
}
inline void store(float* p, Vec v) { std::memcpy(p, &v, sizeof v); }

inline Vec fma(Vec a, Vec b, Vec c) { return a * b + c; }
inline Vec atLeast(Vec x, float bound) { return select(x < splat(bound), splat(bound), x); }
inline Vec atMost(Vec x, float bound) { return select(x > splat(bound), splat(bound), x); }

inline float sum(Vec v) {
  const float a = v[0] + v[4], b = v[1] + v[5], c = v[2] + v[6], d = v[3] + v[7];
  return (a + c) + (b + d);
}

#endif

/// Rounded to nearest even and clipped to 0…255.
inline void store(uint8_t* p, Vec v) {
  const Vec bounded = atMost(atLeast(v, 0.0f), 255.0f);
  for (int lane = 0; lane < kLanes; lane++) p[lane] = static_cast<uint8_t>(std::lrint(bounded[lane]));
}

/// The first n (0…8) elements, zeros behind them; reads no further.
template <class T>
inline Vec load(const T* p, int64_t n) {
  if (n >= kLanes) return load(p);
  T padded[kLanes] = {};
  std::memcpy(padded, p, static_cast<size_t>(n) * sizeof(T));
  return load(padded);
}

/// Writes the first n (0…8) lanes.
template <class T>
inline void store(T* p, Vec v, int64_t n) {
  if (n >= kLanes) return store(p, v);
  T padded[kLanes];
  store(padded, v);
  std::memcpy(p, padded, static_cast<size_t>(n) * sizeof(T));
}

/// The values as storage of type T keeps them.
template <class T>
inline Vec roundedTo(Vec v) {
  if constexpr (sizeof(T) == sizeof(float)) return v;
  T stored[kLanes];
  store(stored, v);
  return load(stored);
}

inline Vec sqrt(Vec x) {
#if INKSTONE_AVX2
  return _mm256_sqrt_ps(x);
#else
  for (int lane = 0; lane < kLanes; lane++) x[lane] = std::sqrt(x[lane]);
  return x;
#endif
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
