// The register tile: a small matrix product whose accumulators never leave the registers. Everything dense runs on it.
#pragma once

#include <utility>

#include "conv/tile_row.h"

namespace inkstone {
namespace INKSTONE_ISA {

/// c[m][n] (+)= sum over segments s and k < depth of a[s·aSegment + m·aRow + k·aStep] · b[s·depth + k][n].
/// Strides of `a` and `c` are in floats. `b` is one panel.
struct TileJob {
  const float* a;
  int64_t aRow;
  int64_t aStep;
  int64_t aSegment;
  const float* b;
  int64_t segments;
  int64_t depth;
  float* c;
  int64_t cRow;
  bool accumulate;
};

/// How the left operand lies in memory: along k without gaps (convolution: k is taps and channels), or along m
/// (gradient of the weights: m is taps and channels, k is pixels).
enum class Contiguous { k, m };

template <Contiguous ORDER, int VECS, int ROWS>
void multiplyTile(const TileJob& job) {
  constexpr bool alongK = ORDER == Contiguous::k;
  // Rows are reached from one pointer for every three, so that all addresses fit the addressing modes.
  constexpr int kPointers = alongK ? (ROWS + 2) / 3 : 1;
  constexpr int kUnroll = alongK ? 4 : 1;
  const int64_t aRow = job.aRow;
  const int64_t aStep = alongK ? 1 : job.aStep;

  Vec acc[ROWS][VECS];
#pragma GCC unroll 12
  for (int m = 0; m < ROWS; m++) {
#pragma GCC unroll 4
    for (int v = 0; v < VECS; v++) acc[m][v] = zero();
  }

  const float* b = job.b;
  const float* a[kPointers];
  const auto multiply = [&](int step) __attribute__((always_inline)) {
    Vec columns[VECS];
#pragma GCC unroll 4
    for (int v = 0; v < VECS; v++) columns[v] = load(b + (step * VECS + v) * kLanes);
#pragma GCC unroll 12
    for (int m = 0; m < ROWS; m++) {
      multiplyRow<VECS>(acc[m], alongK ? a[m / 3] + aRow * (m % 3) + step : a[0] + m, columns);
    }
  };
  const auto advance = [&](int steps) __attribute__((always_inline)) {
    b += steps * VECS * kLanes;
#pragma GCC unroll 4
    for (int p = 0; p < kPointers; p++) a[p] += steps * aStep;
  };
  for (int64_t segment = 0; segment < job.segments; segment++) {
#pragma GCC unroll 4
    for (int p = 0; p < kPointers; p++) a[p] = job.a + segment * job.aSegment + 3 * p * aRow;
    int64_t k = 0;
    if constexpr (kUnroll > 1) {
      for (; k + kUnroll <= job.depth; k += kUnroll) {
#pragma GCC unroll 4
        for (int step = 0; step < kUnroll; step++) multiply(step);
        advance(kUnroll);
      }
    }
    for (; k < job.depth; k++) {
      multiply(0);
      advance(1);
    }
  }

#pragma GCC unroll 12
  for (int m = 0; m < ROWS; m++) {
#pragma GCC unroll 4
    for (int v = 0; v < VECS; v++) {
      // Added now and not at the start: sums of sums of 256 products err several times less than one sum of thousands.
      float* c = job.c + m * job.cRow + v * kLanes;
      store(c, job.accumulate ? acc[m][v] + load(c) : acc[m][v]);
    }
  }
}

using TileFunction = void (*)(const TileJob&);

template <Contiguous ORDER, int VECS, int... ROWS>
constexpr TileFunction pickTile(int rows, std::integer_sequence<int, ROWS...>) {
  constexpr TileFunction functions[] = {multiplyTile<ORDER, VECS, ROWS + 1>...};
  return functions[rows - 1];
}

/// Cuts `count` rows into nearly equal tiles and calls run(function, first) for each: 20 becomes 5 + 5 + 5 + 5, not
/// 6 + 6 + 6 + 2, because a tile of few rows cannot hide the latency of its additions.
template <Contiguous ORDER, class Run>
inline void forEachTile(int64_t count, int64_t columns, const Run& run) {
  const bool full = columns > kTileLanes;
  const int64_t most = full ? kTileRowsFull : kTileRowsNarrow;
  const int64_t tiles = (count + most - 1) / most;
  int64_t first = 0;
  for (int64_t tile = 0; tile < tiles; tile++) {
    const int64_t end = count * (tile + 1) / tiles;
    const int rows = static_cast<int>(end - first);
    run(full ? pickTile<ORDER, kPanelColumns / kLanes>(rows, std::make_integer_sequence<int, kTileRowsFull>{})
             : pickTile<ORDER, kTileLanes / kLanes>(rows, std::make_integer_sequence<int, kTileRowsNarrow>{}),
        first);
    first = end;
  }
}

}  // namespace INKSTONE_ISA
}  // namespace inkstone
