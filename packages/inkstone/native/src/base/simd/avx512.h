// Sixteen fp32 lanes in AVX-512 (F, BW, DQ, VL). See base/simd.h.
#pragma once

// GCC 12 takes registers that its own header leaves undefined on purpose for a mistake (GCC's bug 105593).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <immintrin.h>
#pragma GCC diagnostic pop
#else
#include <immintrin.h>
#endif

#include <type_traits>

#include "base/types.h"

namespace inkstone {
namespace INKSTONE_ISA {

constexpr int kLanes = 16;
using Vec = __m512;
typedef int32_t IntVec __attribute__((vector_size(64)));

inline Vec splat(float value) { return _mm512_set1_ps(value); }
inline Vec laneNumbers() { return Vec{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}; }

inline Vec fromHalves(__m256i halves, const Half*) { return _mm512_cvtph_ps(halves); }
inline Vec fromHalves(__m256i halves, const BFloat16*) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(halves), 16));
}

/// Half and BFloat16.
template <class T>
using IfHalf = std::enable_if_t<std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>, int>;

inline Vec load(const float* p) { return _mm512_loadu_ps(p); }
inline Vec load(const uint8_t* p) {
  return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i*)p)));
}
template <class T, IfHalf<T> = 0>
inline Vec load(const T* p) { return fromHalves(_mm256_loadu_si256((const __m256i*)p), p); }

inline __mmask16 firstLanes(int64_t count) { return static_cast<__mmask16>(count < kLanes ? (1u << count) - 1 : 0xffff); }

/// The first n (0…kLanes) elements, zeros behind them; reads no further.
inline Vec load(const float* p, int64_t n) { return _mm512_maskz_loadu_ps(firstLanes(n), p); }
inline Vec load(const uint8_t* p, int64_t n) {
  return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(firstLanes(n), p)));
}
template <class T, IfHalf<T> = 0>
inline Vec load(const T* p, int64_t n) { return fromHalves(_mm256_maskz_loadu_epi16(firstLanes(n), p), p); }

inline __m256i exactHalves(Vec v, const Half*) { return _mm512_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT); }
inline __m256i exactHalves(Vec v, const BFloat16*) {
  const __m512i bits = _mm512_castps_si512(v);
  const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
  const __m512i rounded = _mm512_add_epi32(bits, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff)));
  const __m512i quiet = _mm512_set1_epi32(0x400000);
  const __m512i kept = _mm512_mask_or_epi32(rounded, _mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q), bits, quiet);
  return _mm512_cvtepi32_epi16(_mm512_srli_epi32(kept, 16));
}
inline __m256i toHalves(Vec v, const Half* type) { return exactHalves(v, type); }
inline __m256i toHalves(Vec v, const BFloat16* type) {
#if defined(__AVX512BF16__)
  // The instruction takes subnormals for zeros. They are rare.
  constexpr int kSubnormal = 0x20;
  if (__builtin_expect(!_mm512_fpclass_ps_mask(v, kSubnormal), 1)) return (__m256i)_mm512_cvtneps_pbh(v);
#endif
  return exactHalves(v, type);
}

/// Rounded to nearest even and clipped to 0…255.
inline __m128i toBytes(Vec v) {
  const Vec bounded = _mm512_min_ps(splat(255.0f), _mm512_max_ps(splat(0.0f), v));
  return _mm512_cvtepi32_epi8(_mm512_cvtps_epi32(bounded));
}

inline void store(float* p, Vec v) { _mm512_storeu_ps(p, v); }
inline void store(uint8_t* p, Vec v) { _mm_storeu_si128((__m128i*)p, toBytes(v)); }
template <class T, IfHalf<T> = 0>
inline void store(T* p, Vec v) { _mm256_storeu_si256((__m256i*)p, toHalves(v, p)); }

/// Writes the first n (0…kLanes) lanes.
inline void store(float* p, Vec v, int64_t n) { _mm512_mask_storeu_ps(p, firstLanes(n), v); }
inline void store(uint8_t* p, Vec v, int64_t n) { _mm_mask_storeu_epi8(p, firstLanes(n), toBytes(v)); }
template <class T, IfHalf<T> = 0>
inline void store(T* p, Vec v, int64_t n) { _mm256_mask_storeu_epi16(p, firstLanes(n), toHalves(v, p)); }

inline Vec select(IntVec condition, Vec a, Vec b) { return condition ? a : b; }
inline Vec fma(Vec a, Vec b, Vec c) { return _mm512_fmadd_ps(a, b, c); }
inline Vec atLeast(Vec x, float bound) { return _mm512_max_ps(splat(bound), x); }
inline Vec atMost(Vec x, float bound) { return _mm512_min_ps(splat(bound), x); }
inline Vec sqrt(Vec x) { return _mm512_sqrt_ps(x); }

inline float sum(Vec v) {
  const __m256 eight = _mm256_add_ps(_mm512_castps512_ps256(v), _mm512_extractf32x8_ps(v, 1));
  const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps(two, two, 1)));
}

}  // namespace INKSTONE_ISA
}  // namespace inkstone
