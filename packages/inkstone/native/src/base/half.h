// Exact conversions between fp32 and the 16-bit types, one element at a time, on any machine: round to nearest even,
// with subnormals, infinities and NaN (whose payload keeps its upper bits and becomes quiet, as F16C does it).
#pragma once

#include <cstring>

#include "base/types.h"

namespace inkstone {
namespace INKSTONE_ISA {

inline uint32_t bitsOf(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

inline float floatOf(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

inline float toFloat(float value) { return value; }

inline float toFloat(uint8_t value) { return value; }

inline float toFloat(BFloat16 value) { return floatOf(uint32_t{value.bits} << 16); }

inline float toFloat(Half value) {
  const uint32_t sign = uint32_t{value.bits & 0x8000u} << 16;
  const uint32_t magnitude = value.bits & 0x7fffu;
  if (magnitude >= 0x7c00u) {  // infinity, NaN
    const uint32_t quiet = magnitude > 0x7c00u ? 0x00400000u : 0u;
    return floatOf(sign | 0x7f800000u | (magnitude & 0x3ffu) << 13 | quiet);
  }
  if (magnitude < 0x0400u) {  // zero, subnormal: magnitude · 2^-24 is exact
    return floatOf(sign | bitsOf(static_cast<float>(magnitude) * 5.9604644775390625e-8f));
  }
  return floatOf(sign | ((magnitude << 13) + ((127u - 15u) << 23)));
}

inline void fromFloat(float value, float& out) { out = value; }

inline void fromFloat(float value, BFloat16& out) {
  const uint32_t bits = bitsOf(value);
  const bool nan = (bits & 0x7fffffffu) > 0x7f800000u;
  const uint32_t rounded = bits + 0x7fffu + (bits >> 16 & 1u);
  out.bits = static_cast<uint16_t>(nan ? bits >> 16 | 0x40u : rounded >> 16);
}

inline void fromFloat(float value, Half& out) {
  const uint32_t bits = bitsOf(value);
  const uint32_t sign = bits >> 16 & 0x8000u;
  const uint32_t magnitude = bits & 0x7fffffffu;
  uint32_t half;
  if (magnitude > 0x7f800000u) {  // NaN
    half = 0x7e00u | (magnitude >> 13 & 0x3ffu);
  } else if (magnitude >= 0x477ff000u) {  // 65520 and above round to infinity
    half = 0x7c00u;
  } else if (magnitude >= 0x38800000u) {  // normal
    half = (magnitude + 0xfffu + (magnitude >> 13 & 1u) - ((127u - 15u) << 23)) >> 13;
  } else {  // subnormal: adding 0.5 lets the fp32 adder round at the place 2^-24
    half = bitsOf(floatOf(magnitude) + 0.5f) - bitsOf(0.5f);
  }
  out.bits = static_cast<uint16_t>(sign | half);
}

}  // namespace INKSTONE_ISA
}  // namespace inkstone
