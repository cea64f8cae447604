// Two vectors as half arithmetic takes them: pairs along k.
#pragma once

#include "base/simd.h"

namespace inkstone {
namespace INKSTONE_ISA {

using UIntVec = uint32_t __attribute__((vector_size(sizeof(Vec))));

/// Rounded to bfloat16 and interleaved: even[0], odd[0], even[1], … Subnormal ones may become zero.
inline void storePairs(BFloat16* out, Vec even, Vec odd) {
#if defined(__AVX512BF16__)
  const __m512i first = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const __m512i order = _mm512_or_si512(first, _mm512_slli_epi32(_mm512_add_epi32(first, _mm512_set1_epi32(16)), 16));
  _mm512_storeu_si512(out, _mm512_permutexvar_epi16(order, (__m512i)_mm512_cvtne2ps_pbh(odd, even)));
#else
  const UIntVec pairs = ((UIntVec)roundedTo<BFloat16>(even) >> 16) | (UIntVec)roundedTo<BFloat16>(odd);
  std::memcpy(out, &pairs, sizeof pairs);
#endif
}
/// What is bfloat16 already, kLanes values of each.
inline void storePairs(BFloat16* out, const BFloat16* even, const BFloat16* odd) {
  const UIntVec pairs = ((UIntVec)load(even) >> 16) | (UIntVec)load(odd);
  std::memcpy(out, &pairs, sizeof pairs);
}

}  // namespace INKSTONE_ISA
}  // namespace inkstone
