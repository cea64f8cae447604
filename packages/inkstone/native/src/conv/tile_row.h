// What the register tile asks of an instruction set: its registers, how many of them hold sums, and one row of one k.
#pragma once

#include "conv/panel.h"

namespace inkstone {
namespace INKSTONE_ISA {

#if defined(__AVX512F__)
constexpr int kTileRowsFull = 12;    // 12 × 2 accumulators, 2 of b, 1 of a: 27 of 32 registers
#elif defined(INKSTONE_NEON)
constexpr int kTileRowsFull = 6;     // 6 × 4 accumulators, 4 of b, 1 of a: 29 of 32 registers
#else
constexpr int kTileRowsFull = 6;     // 6 × 2 accumulators, 2 of b, 1 of a: 15 of 16 registers
#endif
constexpr int kTileRowsNarrow = 12;  // half as many a row; with AVX-512 more would not be faster

/// acc += a[0] · b, over the VECS registers of a row. As assembly, because compilers otherwise hoist the factors and spill
/// accumulators, which costs a quarter of the speed on x64.
template <int VECS>
inline __attribute__((always_inline)) void multiplyRow(Vec* acc, const float* a, const Vec* b) {
#if INKSTONE_AVX2
  Vec broadcast;
  if constexpr (VECS == 2) {
    asm volatile(
        "vbroadcastss %[a], %[t]\n\t"
        "vfmadd231ps %[b0], %[t], %[c0]\n\t"
        "vfmadd231ps %[b1], %[t], %[c1]"
        : [c0] "+v"(acc[0]), [c1] "+v"(acc[1]), [t] "=&v"(broadcast)
        : [a] "m"(*a), [b0] "v"(b[0]), [b1] "v"(b[1]));
  } else if constexpr (kTileLanes == 16) {
    // Zen 4 loads a broadcast into 512 bits more slowly than the multiplication takes one.
    asm volatile("vfmadd231ps %[a]%{1to16%}, %[b0], %[c0]"
                 : [c0] "+v"(acc[0])
                 : [a] "m"(*a), [b0] "v"(b[0]));
  } else {
    asm volatile(
        "vbroadcastss %[a], %[t]\n\t"
        "vfmadd231ps %[b0], %[t], %[c0]"
        : [c0] "+v"(acc[0]), [t] "=&v"(broadcast)
        : [a] "m"(*a), [b0] "v"(b[0]));
  }
#elif defined(INKSTONE_NEON)
  Vec factor;
  if constexpr (VECS == 4) {
    asm volatile(
        "ldr %s[t], %[a]\n\t"
        "fmla %[c0].4s, %[b0].4s, %[t].s[0]\n\t"
        "fmla %[c1].4s, %[b1].4s, %[t].s[0]\n\t"
        "fmla %[c2].4s, %[b2].4s, %[t].s[0]\n\t"
        "fmla %[c3].4s, %[b3].4s, %[t].s[0]"
        : [c0] "+w"(acc[0]), [c1] "+w"(acc[1]), [c2] "+w"(acc[2]), [c3] "+w"(acc[3]), [t] "=&w"(factor)
        : [a] "m"(*a), [b0] "w"(b[0]), [b1] "w"(b[1]), [b2] "w"(b[2]), [b3] "w"(b[3]));
  } else {
    asm volatile(
        "ldr %s[t], %[a]\n\t"
        "fmla %[c0].4s, %[b0].4s, %[t].s[0]\n\t"
        "fmla %[c1].4s, %[b1].4s, %[t].s[0]"
        : [c0] "+w"(acc[0]), [c1] "+w"(acc[1]), [t] "=&w"(factor)
        : [a] "m"(*a), [b0] "w"(b[0]), [b1] "w"(b[1]));
  }
#else
  for (int v = 0; v < VECS; v++) acc[v] = fma(splat(*a), b[v], acc[v]);
#endif
}

}  // namespace INKSTONE_ISA
}  // namespace inkstone
