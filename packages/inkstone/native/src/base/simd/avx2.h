// Eight fp32 lanes in AVX2, FMA and F16C. See base/simd.h.
#pragma once

#include <immintrin.h>

#include "base/types.h"

namespace inkstone {
namespace INKSTONE_ISA {

constexpr int kLanes = 8;
using Vec = __m256;
typedef int32_t IntVec __attribute__((vector_size(32)));

inline Vec splat(float value) { return _mm256_set1_ps(value); }
inline Vec laneNumbers() { return Vec{0, 1, 2, 3, 4, 5, 6, 7}; }

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
  const __m256i quiet = _mm256_set1_epi32(0x400000);
  const __m256i nan = _mm256_castps_si256(_mm256_cmp_ps(v, v, _CMP_UNORD_Q));
  const __m256i upper = _mm256_srli_epi32(_mm256_blendv_epi8(rounded, _mm256_or_si256(bits, quiet), nan), 16);
  const __m256i packed = _mm256_permute4x64_epi64(_mm256_packus_epi32(upper, upper), 0x08);
  _mm_storeu_si128((__m128i*)p, _mm256_castsi256_si128(packed));
}

inline Vec select(IntVec condition, Vec a, Vec b) { return _mm256_blendv_ps(b, a, (__m256)condition); }
inline Vec fma(Vec a, Vec b, Vec c) { return _mm256_fmadd_ps(a, b, c); }
inline Vec atLeast(Vec x, float bound) { return _mm256_max_ps(_mm256_set1_ps(bound), x); }
inline Vec atMost(Vec x, float bound) { return _mm256_min_ps(_mm256_set1_ps(bound), x); }
inline Vec sqrt(Vec x) { return _mm256_sqrt_ps(x); }

inline float sum(Vec v) {
  const __m128 four = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps(two, two, 1)));
}

}  // namespace INKSTONE_ISA
}  // namespace inkstone
