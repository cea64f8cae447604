// Two vectors as half arithmetic takes them: pairs along k.
#pragma once

#include "base/simd.h"

namespace inkstone {
namespace INKSTONE_ISA {

using UIntVec = uint32_t __attribute__((vector_size(sizeof(Vec))));

/// Rounded to bfloat16 and interleaved: even[0], odd[0], even[1], … Subnormal ones may become zero.
inline void storePairs(BFloat16* out, Vec even, Vec odd) {
#if defined(__AVX512BF16__)
  const __m256i order = _mm256_setr_epi16(0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
  const __m256i pairs = _mm256_permutexvar_epi16(order, (__m256i)_mm256_cvtne2ps_pbh(odd, even));
  _mm256_storeu_si256((__m256i*)out, pairs);
#else
  const UIntVec pairs = ((UIntVec)roundedTo<BFloat16>(even) >> 16) | (UIntVec)roundedTo<BFloat16>(odd);
  std::memcpy(out, &pairs, sizeof pairs);
#endif
}
/// What is bfloat16 already, kLanes values of each.
inline void storePairs(BFloat16* out, const BFloat16* even, const BFloat16* odd) {
#if INKSTONE_AVX2
  const __m128i a = _mm_loadu_si128((const __m128i*)even);
  const __m128i b = _mm_loadu_si128((const __m128i*)odd);
  _mm_storeu_si128((__m128i*)out, _mm_unpacklo_epi16(a, b));
  _mm_storeu_si128((__m128i*)(out + kLanes), _mm_unpackhi_epi16(a, b));
#else
  for (int i = 0; i < kLanes; i++) {
    out[2 * i] = even[i];
    out[2 * i + 1] = odd[i];
  }
#endif
}
#if defined(__AVX512BF16__)
inline void storePairs(BFloat16* out, __m512 even, __m512 odd) {
  const __m512i first = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const __m512i order = _mm512_or_si512(first, _mm512_slli_epi32(_mm512_add_epi32(first, _mm512_set1_epi32(16)), 16));
  _mm512_storeu_si512(out, _mm512_permutexvar_epi16(order, (__m512i)_mm512_cvtne2ps_pbh(odd, even)));
}
#endif

}  // namespace INKSTONE_ISA
}  // namespace inkstone
