// Four fp32 lanes in what every 64-bit Arm processor has. See base/simd.h.
#pragma once

#include <arm_neon.h>

#include <cstring>

#include "base/types.h"

namespace inkstone {
namespace INKSTONE_ISA {

constexpr int kLanes = 4;
using Vec = float32x4_t;
typedef int32_t IntVec __attribute__((vector_size(16)));

inline Vec splat(float value) { return vdupq_n_f32(value); }
inline Vec laneNumbers() { return Vec{0, 1, 2, 3}; }

inline uint16x4_t loadBits(const void* p) {
  uint16x4_t bits;
  std::memcpy(&bits, p, sizeof bits);
  return bits;
}
inline void storeBits(void* p, uint16x4_t bits) { std::memcpy(p, &bits, sizeof bits); }

inline Vec load(const float* p) { return vld1q_f32(p); }
inline Vec load(const Half* p) { return vcvt_f32_f16(vreinterpret_f16_u16(loadBits(p))); }
inline Vec load(const BFloat16* p) { return vreinterpretq_f32_u32(vshll_n_u16(loadBits(p), 16)); }
inline Vec load(const uint8_t* p) {
  uint32_t bytes;
  std::memcpy(&bytes, p, sizeof bytes);
  return vcvtq_f32_u32(vmovl_u16(vget_low_u16(vmovl_u8(vcreate_u8(bytes)))));
}

inline void store(float* p, Vec v) { vst1q_f32(p, v); }
inline void store(Half* p, Vec v) { storeBits(p, vreinterpret_u16_f16(vcvt_f16_f32(v))); }
inline void store(BFloat16* p, Vec v) {
  const uint32x4_t bits = vreinterpretq_u32_f32(v);
  const uint32x4_t odd = vandq_u32(vshrq_n_u32(bits, 16), vdupq_n_u32(1));
  const uint32x4_t rounded = vaddq_u32(bits, vaddq_u32(odd, vdupq_n_u32(0x7fff)));
  const uint32x4_t quiet = vorrq_u32(bits, vdupq_n_u32(0x400000));
  storeBits(p, vshrn_n_u32(vbslq_u32(vceqq_f32(v, v), rounded, quiet), 16));
}

inline Vec select(IntVec condition, Vec a, Vec b) { return vbslq_f32((uint32x4_t)condition, a, b); }
inline Vec fma(Vec a, Vec b, Vec c) { return vfmaq_f32(c, a, b); }
inline Vec atLeast(Vec x, float bound) { return vmaxq_f32(x, splat(bound)); }
inline Vec atMost(Vec x, float bound) { return vminq_f32(x, splat(bound)); }
inline Vec sqrt(Vec x) { return vsqrtq_f32(x); }

inline float sum(Vec v) { return vpadds_f32(vadd_f32(vget_low_f32(v), vget_high_f32(v))); }

}  // namespace INKSTONE_ISA
}  // namespace inkstone
