// Four fp32 lanes, the width that nearly every processor's vectors have, without a word about any of them. See base/simd.h.
#pragma once

#include <cmath>

#include "base/half.h"

namespace inkstone {
namespace INKSTONE_ISA {

constexpr int kLanes = 4;
typedef float Vec __attribute__((vector_size(16)));
typedef int32_t IntVec __attribute__((vector_size(16)));

inline Vec splat(float value) { return Vec{value, value, value, value}; }
inline Vec laneNumbers() { return Vec{0, 1, 2, 3}; }

template <class T>
inline Vec load(const T* p) {
  return Vec{toFloat(p[0]), toFloat(p[1]), toFloat(p[2]), toFloat(p[3])};
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

inline Vec select(IntVec condition, Vec a, Vec b) { return (Vec)((condition & (IntVec)a) | (~condition & (IntVec)b)); }
/// Two roundings, not one: not every processor has the instruction, and its replacement is slow.
inline Vec fma(Vec a, Vec b, Vec c) { return a * b + c; }
inline Vec atLeast(Vec x, float bound) { return select(x < splat(bound), splat(bound), x); }
inline Vec atMost(Vec x, float bound) { return select(x > splat(bound), splat(bound), x); }
inline Vec sqrt(Vec x) {
  for (int lane = 0; lane < kLanes; lane++) x[lane] = std::sqrt(x[lane]);
  return x;
}

inline float sum(Vec v) { return (v[0] + v[2]) + (v[1] + v[3]); }

}  // namespace INKSTONE_ISA
}  // namespace inkstone
