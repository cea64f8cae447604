// Half arithmetic on AMX: a tile register holds 16 rows of 64 bytes, one instruction multiplies two of them.
// Included by half_tile.h.
#pragma once

namespace inkstone {
namespace INKSTONE_ISA {

constexpr int64_t kAmxRows = 16;

/// Rows of the left operand that may be read behind the last one of a job.
constexpr int64_t kHalfRowsBehind = kAmxRows - 1;

// Wrappers of their own: the compiler's intrinsics do not say that they read memory.
template <int TILE>
inline void loadAmx(const void* rows, int64_t stride) {
  asm volatile("tileloadd (%0, %1, 1), %%tmm%c2" : : "r"(rows), "r"(stride), "i"(TILE) : "memory");
}
template <int TILE>
inline void storeAmx(void* rows, int64_t stride) {
  asm volatile("tilestored %%tmm%c2, (%0, %1, 1)" : : "r"(rows), "r"(stride), "i"(TILE) : "memory");
}
template <int TILE>
inline void zeroAmx() {
  asm volatile("tilezero %%tmm%c0" : : "i"(TILE));
}
template <int SUM, int LEFT, int RIGHT>
inline void multiplyAmx() {
  asm volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" : : "i"(SUM), "i"(LEFT), "i"(RIGHT));
}

/// Sets a thread's tile registers up for one depth of blocks, and gives them back: a thread that holds none is cheaper to
/// switch. Tiles 0 to 3 are sums, 4 and 5 of the left operand, 6 and 7 of a panel.
class HalfUnit {
 public:
  explicit HalfUnit(int64_t blockDepth) {
    struct alignas(64) {
      uint8_t palette = 1;
      uint8_t startRow = 0;
      uint8_t reserved[14] = {};
      uint16_t rowBytes[16] = {};
      uint8_t rows[16] = {};
    } config;
    for (int tile = 0; tile < 8; tile++) {
      const bool left = tile == 4 || tile == 5;
      const bool right = tile >= 6;
      config.rowBytes[tile] = left ? static_cast<uint16_t>(blockDepth * 2) : 64;
      config.rows[tile] = right ? static_cast<uint8_t>(blockDepth / 2) : kAmxRows;
    }
    asm volatile("ldtilecfg %0" : : "m"(config));
  }
  ~HalfUnit() { asm volatile("tilerelease"); }
  HalfUnit(const HalfUnit&) = delete;
  HalfUnit& operator=(const HalfUnit&) = delete;
};

/// Products of TILES·16 rows. Tile 2·t + v sums rows of t and columns of v.
template <int TILES, int VECS>
inline void multiplyAmxTiles(const HalfJob& job, const BFloat16* a, float* c, int64_t cRow) {
  const int64_t cBytes = cRow * static_cast<int64_t>(sizeof(float));
  const int64_t aBytes = job.aRow * static_cast<int64_t>(sizeof(BFloat16));
  constexpr int64_t bBytes = VECS * 64;
  // Copied, because every load might change the job, for all that the compiler knows.
  const int64_t segments = job.segments, depth = job.depth, blockDepth = job.blockDepth, aSegment = job.aSegment;
  const int64_t lowerA = kAmxRows * job.aRow;
  float* const lowerC = c + kAmxRows * cRow;
  if (job.accumulate) {
    loadAmx<0>(c, cBytes);
    if constexpr (VECS == 2) loadAmx<1>(c + 16, cBytes);
    if constexpr (TILES == 2) loadAmx<2>(lowerC, cBytes);
    if constexpr (TILES == 2 && VECS == 2) loadAmx<3>(lowerC + 16, cBytes);
  } else {
    zeroAmx<0>();
    zeroAmx<1>();
    zeroAmx<2>();
    zeroAmx<3>();
  }
  const BFloat16* b = job.b;
  for (int64_t segment = 0; segment < segments; segment++) {
    const BFloat16* const row = a + segment * aSegment;
    for (int64_t k = 0; k < depth; k += blockDepth, b += blockDepth * VECS * kTileLanes) {
      loadAmx<6>(b, bBytes);
      loadAmx<4>(row + k, aBytes);
      multiplyAmx<0, 4, 6>();
      if constexpr (VECS == 2) {
        loadAmx<7>(b + 32, bBytes);
        multiplyAmx<1, 4, 7>();
      }
      if constexpr (TILES == 2) {
        loadAmx<5>(row + lowerA + k, aBytes);
        multiplyAmx<2, 5, 6>();
        if constexpr (VECS == 2) multiplyAmx<3, 5, 7>();
      }
    }
  }
  storeAmx<0>(c, cBytes);
  if constexpr (VECS == 2) storeAmx<1>(c + 16, cBytes);
  if constexpr (TILES == 2) storeAmx<2>(lowerC, cBytes);
  if constexpr (TILES == 2 && VECS == 2) storeAmx<3>(lowerC + 16, cBytes);
}

template <int VECS>
void multiplyHalfPanel(const HalfJob& job) {
  int64_t m = 0;
  for (; m + 2 * kAmxRows <= job.rows; m += 2 * kAmxRows) {
    multiplyAmxTiles<2, VECS>(job, job.a + m * job.aRow, job.c + m * job.cRow, job.cRow);
  }
  for (; m < job.rows; m += kAmxRows) {
    const BFloat16* const a = job.a + m * job.aRow;
    float* const c = job.c + m * job.cRow;
    const int64_t rows = std::min(kAmxRows, job.rows - m);
    if (rows == kAmxRows) {
      multiplyAmxTiles<1, VECS>(job, a, c, job.cRow);
      continue;
    }
    // A tile writes all of its rows, so the last ones go by way of the stack.
    constexpr int64_t width = VECS * kTileLanes;
    alignas(64) float sums[kAmxRows * width] = {};
    for (int64_t row = 0; row < rows; row++) std::copy(c + row * job.cRow, c + row * job.cRow + width, sums + row * width);
    multiplyAmxTiles<1, VECS>(job, a, sums, width);
    for (int64_t row = 0; row < rows; row++) std::copy(sums + row * width, sums + (row + 1) * width, c + row * job.cRow);
  }
}

}  // namespace INKSTONE_ISA
}  // namespace inkstone
