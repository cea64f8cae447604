// Half arithmetic in vector registers: by vdpbf16ps or bfdot where there is one, else by widening, which is slow but has
// the same operands. Included by half_tile.h.
#pragma once

#include <cstring>
#include <utility>

#include "conv/tile.h"

namespace inkstone {
namespace INKSTONE_ISA {

constexpr int64_t kHalfRowsBehind = 0;

/// Nothing to set up.
class HalfUnit {
 public:
  explicit HalfUnit(int64_t) {}
  ~HalfUnit() {}
};

constexpr int kHalfVectors = static_cast<int>(kTileLanes) / kLanes;  // of one row of a panel of kTileLanes columns

inline Vec loadPairs(const BFloat16* p) {
  Vec pairs;
  std::memcpy(&pairs, p, sizeof pairs);
  return pairs;
}

#if defined(__AVX512BF16__)

constexpr int kHalfRows = kTileRowsFull;

/// One row of one pair of k; as assembly for the reason that multiplyRow has.
template <int VECS>
inline __attribute__((always_inline)) void multiplyPair(Vec* acc, const BFloat16* a, const Vec* b) {
  if constexpr (VECS == 2) {
    Vec pair;
    asm volatile(
        "vpbroadcastd %[a], %[t]\n\t"
        "vdpbf16ps %[b0], %[t], %[c0]\n\t"
        "vdpbf16ps %[b1], %[t], %[c1]"
        : [c0] "+v"(acc[0]), [c1] "+v"(acc[1]), [t] "=&v"(pair)
        : [a] "m"(*reinterpret_cast<const uint32_t*>(a)), [b0] "v"(b[0]), [b1] "v"(b[1]));
  } else {
    asm volatile("vdpbf16ps %[a]%{1to16%}, %[b0], %[c0]"
                 : [c0] "+v"(acc[0])
                 : [a] "m"(*reinterpret_cast<const uint32_t*>(a)), [b0] "v"(b[0]));
  }
}

#elif defined(__ARM_FEATURE_BF16_VECTOR_ARITHMETIC)

constexpr int kHalfRows = kTileRowsFull;

template <int VECS>
inline __attribute__((always_inline)) void multiplyPair(Vec* acc, const BFloat16* a, const Vec* b) {
  Vec pair;
  if constexpr (VECS == 4) {
    asm volatile(
        "ldr %s[t], %[a]\n\t"
        "bfdot %[c0].4s, %[b0].8h, %[t].2h[0]\n\t"
        "bfdot %[c1].4s, %[b1].8h, %[t].2h[0]\n\t"
        "bfdot %[c2].4s, %[b2].8h, %[t].2h[0]\n\t"
        "bfdot %[c3].4s, %[b3].8h, %[t].2h[0]"
        : [c0] "+w"(acc[0]), [c1] "+w"(acc[1]), [c2] "+w"(acc[2]), [c3] "+w"(acc[3]), [t] "=&w"(pair)
        : [a] "m"(*reinterpret_cast<const uint32_t*>(a)), [b0] "w"(b[0]), [b1] "w"(b[1]), [b2] "w"(b[2]),
          [b3] "w"(b[3]));
  } else {
    asm volatile(
        "ldr %s[t], %[a]\n\t"
        "bfdot %[c0].4s, %[b0].8h, %[t].2h[0]\n\t"
        "bfdot %[c1].4s, %[b1].8h, %[t].2h[0]"
        : [c0] "+w"(acc[0]), [c1] "+w"(acc[1]), [t] "=&w"(pair)
        : [a] "m"(*reinterpret_cast<const uint32_t*>(a)), [b0] "w"(b[0]), [b1] "w"(b[1]));
  }
}

#else

constexpr int kHalfRows = 4 / kHalfVectors;

inline Vec evenOf(Vec pairs) { return (Vec)((IntVec)pairs << 16); }
inline Vec oddOf(Vec pairs) { return (Vec)((IntVec)pairs & static_cast<int32_t>(0xffff0000)); }

template <int VECS>
inline __attribute__((always_inline)) void multiplyPair(Vec* acc, const BFloat16* a, const Vec* b) {
  const Vec even = splat(toFloat(a[0]));
  const Vec odd = splat(toFloat(a[1]));
  for (int v = 0; v < VECS; v++) acc[v] = fma(odd, oddOf(b[v]), fma(even, evenOf(b[v]), acc[v]));
}

#endif

template <int VECS, int ROWS>
void multiplyHalfTile(const HalfJob& job, int64_t first) {
  Vec acc[ROWS][VECS];
  float* const c = job.c + first * job.cRow;
#pragma GCC unroll 12
  for (int m = 0; m < ROWS; m++) {
#pragma GCC unroll 4
    for (int v = 0; v < VECS; v++) {
      acc[m][v] = job.accumulate ? load(c + m * job.cRow + v * kLanes) : Vec{};
    }
  }
  // Rows are reached from one pointer for every three, so that all addresses fit the addressing modes.
  constexpr int kPointers = (ROWS + 2) / 3;
  const int64_t aRow = job.aRow;
  const int64_t aPair = job.aPair;
  const int64_t pairs = job.depth / 2 + job.depth % 2;
  const int64_t padding = paddedDepth(job.depth, job.blockDepth) / 2 - pairs;
  const BFloat16* b = job.b;
  for (int64_t segment = 0; segment < job.segments; segment++) {
    const BFloat16* a[kPointers];
#pragma GCC unroll 4
    for (int p = 0; p < kPointers; p++) a[p] = job.a + segment * job.aSegment + (first + 3 * p) * aRow;
    for (int64_t pair = 0; pair < pairs; pair++) {
      Vec columns[VECS];
#pragma GCC unroll 4
      for (int v = 0; v < VECS; v++) columns[v] = loadPairs(b + 2 * v * kLanes);
#pragma GCC unroll 12
      for (int m = 0; m < ROWS; m++) multiplyPair<VECS>(acc[m], a[m / 3] + aRow * (m % 3), columns);
      b += 2 * VECS * kLanes;
#pragma GCC unroll 4
      for (int p = 0; p < kPointers; p++) a[p] += aPair;
    }
    b += padding * 2 * VECS * kLanes;
  }
#pragma GCC unroll 12
  for (int m = 0; m < ROWS; m++) {
#pragma GCC unroll 4
    for (int v = 0; v < VECS; v++) store(c + m * job.cRow + v * kLanes, acc[m][v]);
  }
}

template <int VECS, int... ROWS>
inline void multiplyHalfRows(const HalfJob& job, std::integer_sequence<int, ROWS...>) {
  using Function = void (*)(const HalfJob&, int64_t);
  constexpr Function functions[] = {multiplyHalfTile<VECS, ROWS + 1>...};
  const int64_t tiles = ceilDivide(job.rows, kHalfRows);
  for (int64_t tile = 0, first = 0; tile < tiles; tile++) {
    const int64_t end = job.rows * (tile + 1) / tiles;
    functions[end - first - 1](job, first);
    first = end;
  }
}

template <int PANEL_VECS>
void multiplyHalfPanel(const HalfJob& job) {
  multiplyHalfRows<PANEL_VECS * kHalfVectors>(job, std::make_integer_sequence<int, kHalfRows>{});
}

}  // namespace INKSTONE_ISA
}  // namespace inkstone
