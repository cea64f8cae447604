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

}  // namespace INKSTONE_ISA
}  // namespace inkstone
