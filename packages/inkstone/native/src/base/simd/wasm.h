// Four fp32 lanes of WebAssembly. See base/simd.h.
#pragma once

#include <wasm_simd128.h>

#include "base/half.h"

namespace inkstone {
namespace INKSTONE_ISA {

constexpr int kLanes = 4;
typedef float Vec __attribute__((vector_size(16)));
typedef int32_t IntVec __attribute__((vector_size(16)));
typedef uint32_t BitsVec __attribute__((vector_size(16)));

inline Vec splat(float value) { return Vec{value, value, value, value}; }
inline Vec laneNumbers() { return Vec{0, 1, 2, 3}; }

inline Vec select(IntVec condition, Vec a, Vec b) {
  return (Vec)wasm_v128_bitselect((v128_t)a, (v128_t)b, (v128_t)condition);
}
inline BitsVec choose(IntVec condition, BitsVec a, BitsVec b) { return (BitsVec)select(condition, (Vec)a, (Vec)b); }

/// Four elements of 16 bits, as 32 bits each.
inline BitsVec widen(const void* p) { return (BitsVec)wasm_u32x4_load16x4(p); }

/// Lanes are at most 0xffff.
inline void narrow(void* p, BitsVec bits) {
  wasm_v128_store64_lane(p, wasm_u16x8_narrow_i32x4((v128_t)bits, (v128_t)bits), 0);
}

inline Vec load(const float* p) { return (Vec)wasm_v128_load(p); }
inline Vec load(const BFloat16* p) { return (Vec)(widen(p) << 16); }
inline Vec load(const uint8_t* p) { return Vec{toFloat(p[0]), toFloat(p[1]), toFloat(p[2]), toFloat(p[3])}; }

/// The steps are those of half.h's toFloat.
inline Vec load(const Half* p) {
  const BitsVec bits = widen(p);
  const BitsVec magnitude = bits & 0x7fff;
  const BitsVec shifted = magnitude << 13;
  const BitsVec quiet = (BitsVec)(magnitude > 0x7c00) & 0x00400000;
  const Vec subnormal = (Vec)wasm_f32x4_convert_i32x4((v128_t)magnitude) * 5.9604644775390625e-8f;
  BitsVec value = choose(magnitude < 0x0400, (BitsVec)subnormal, shifted + ((127u - 15u) << 23));
  value = choose(magnitude >= 0x7c00, shifted | 0x7f800000 | quiet, value);
  return (Vec)(value | (bits & 0x8000) << 16);
}

inline void store(float* p, Vec v) { wasm_v128_store(p, (v128_t)v); }
inline void store(BFloat16* p, Vec v) {
  const BitsVec bits = (BitsVec)v;
  const BitsVec rounded = bits + 0x7fff + (bits >> 16 & 1);
  narrow(p, choose(v != v, bits | 0x400000, rounded) >> 16);
}

/// The steps are those of half.h's fromFloat.
inline void store(Half* p, Vec v) {
  const BitsVec bits = (BitsVec)v;
  const BitsVec magnitude = bits & 0x7fffffff;
  const BitsVec normal = (magnitude + 0xfff + (magnitude >> 13 & 1) - ((127u - 15u) << 23)) >> 13;
  const BitsVec subnormal = (BitsVec)((Vec)magnitude + 0.5f) - 0x3f000000;
  BitsVec half = choose(magnitude >= 0x38800000, normal, subnormal);
  half = choose(magnitude >= 0x477ff000, BitsVec{} + 0x7c00, half);
  half = choose(magnitude > 0x7f800000, 0x7e00 | (magnitude >> 13 & 0x3ff), half);
  narrow(p, half | (bits >> 16 & 0x8000));
}

/// Rounded once where the engine has relaxed SIMD and the processor multiplies so.
inline Vec fma(Vec a, Vec b, Vec c) {
#if defined(__wasm_relaxed_simd__)
  return __builtin_wasm_relaxed_madd_f32x4(a, b, c);
#else
  return a * b + c;
#endif
}
inline Vec atLeast(Vec x, float bound) { return (Vec)wasm_f32x4_pmax((v128_t)x, (v128_t)splat(bound)); }
inline Vec atMost(Vec x, float bound) { return (Vec)wasm_f32x4_pmin((v128_t)x, (v128_t)splat(bound)); }
inline Vec sqrt(Vec x) { return (Vec)wasm_f32x4_sqrt((v128_t)x); }

inline float sum(Vec v) { return (v[0] + v[2]) + (v[1] + v[3]); }

}  // namespace INKSTONE_ISA
}  // namespace inkstone
