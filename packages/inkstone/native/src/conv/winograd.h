// Winograd's F(2×2, 3×3) (Lavin and Gray, arXiv:1509.09308): a 2×2 tile of outputs from a 4×4 tile of inputs with
// 16 multiplications a channel instead of 36. Inputs and weights are transformed into 16 places, each place is a matrix
// product of its own, and the products are transformed back.
#pragma once

#include <type_traits>

#include "conv/half_tile.h"
#include "conv/pairs.h"
#include "conv/tile.h"

namespace inkstone {
namespace INKSTONE_ISA {

constexpr int64_t kWinogradPlaces = 16;
constexpr int kWinogradRowPlaces = 4;  // places are transformed and multiplied row by row, so that they stay in the cache
constexpr int64_t kWinogradTaps = 3;
constexpr int64_t kWinogradBlockCols = 20;    // divides the widths of a pyramid of 640² images
constexpr int64_t kWinogradBlockPixels = 160;

/// Fewer outputs than this do not pay for the transform of the weights.
constexpr int64_t kWinogradLeastOutputs = 512;

/// Where halves are multiplied many times as fast as fp32, Winograd's form would only be in the way. Elsewhere half
/// arithmetic rounds what was transformed in fp32.
#if defined(__AMX_BF16__)
constexpr bool kWinogradIsForHalves = false;
#else
constexpr bool kWinogradIsForHalves = true;
#endif

/// What half arithmetic multiplies in this form: where there are no fast instructions for BFloat16, rounded floats.
#if defined(__AVX512BF16__) && !defined(__AMX_BF16__)
using WinogradHalf = BFloat16;
#else
using WinogradHalf = float;
#endif

/// Whether a problem (Correlation or WeightGradient) is computed this way.
template <class Problem>
bool winogradFits(const Problem& p) {
  if (p.half && !kWinogradIsForHalves) return false;
  return p.tapRows == kWinogradTaps && p.tapCols == kWinogradTaps && p.stride == 1 && p.in.channels % 16 == 0 &&
         p.columns % 16 == 0 && p.in.batch * p.rows * p.cols >= kWinogradLeastOutputs;
}

constexpr int64_t roundUpToEven(int64_t value) { return (value + 1) / 2 * 2; }

/// Tiles of a block of outputs; where its size is odd, the last tiles reach beyond it.
struct WinogradTiles {
  int64_t rows, cols;

  WinogradTiles(int64_t outputRows, int64_t outputCols) : rows((outputRows + 1) / 2), cols((outputCols + 1) / 2) {}
  int64_t count() const { return rows * cols; }
  int64_t patchRows() const { return 2 * rows + 2; }
  int64_t patchCols() const { return 2 * cols + 2; }
};

namespace winograd {

struct Input {
  void operator()(const Vec (&d)[4], Vec (&out)[4]) const {
    out[0] = d[0] - d[2];
    out[1] = d[1] + d[2];
    out[2] = d[2] - d[1];
    out[3] = d[1] - d[3];
  }
};

struct Weight {
  void operator()(const Vec (&g)[3], Vec (&out)[4]) const {
    const Vec outer = 0.5f * (g[0] + g[2]);
    const Vec middle = 0.5f * g[1];
    out[0] = g[0];
    out[1] = outer + middle;
    out[2] = outer - middle;
    out[3] = g[2];
  }
};

struct Output {
  void operator()(const Vec (&m)[4], Vec (&out)[2]) const {
    out[0] = m[0] + m[1] + m[2];
    out[1] = m[1] - m[2] - m[3];
  }
};

/// The transpose of `Output`.
struct OutputGradient {
  void operator()(const Vec (&y)[2], Vec (&out)[4]) const {
    out[0] = y[0];
    out[1] = y[0] + y[1];
    out[2] = y[0] - y[1];
    out[3] = -y[1];
  }
};

/// The transpose of `Weight`.
struct WeightGradient {
  void operator()(const Vec (&u)[4], Vec (&out)[3]) const {
    const Vec half = 0.5f * (u[1] + u[2]);
    out[0] = u[0] + half;
    out[1] = 0.5f * (u[1] - u[2]);
    out[2] = half + u[3];
  }
};

/// Applies one of the above down the columns and then along the rows.
template <class Line, int IN, int OUT>
inline __attribute__((always_inline)) void transform(const Vec (&in)[IN][IN], Vec (&out)[OUT][OUT]) {
  Vec half[OUT][IN];
#pragma GCC unroll 4
  for (int j = 0; j < IN; j++) {
    Vec column[IN];
    Vec result[OUT];
#pragma GCC unroll 4
    for (int i = 0; i < IN; i++) column[i] = in[i][j];
    Line{}(column, result);
#pragma GCC unroll 4
    for (int i = 0; i < OUT; i++) half[i][j] = result[i];
  }
#pragma GCC unroll 4
  for (int i = 0; i < OUT; i++) Line{}(half[i], out[i]);
}

}  // namespace winograd

inline void storeTransformed(float* out, Vec v) { store(out, v); }
#if defined(__AVX512BF16__)
inline void storeTransformed(BFloat16* out, Vec v) {
  _mm256_storeu_si256((__m256i*)out, (__m256i)_mm512_cvtneps_pbh(v));
}
#endif

/// Writes two rows of `PLACES` places, and there kLanes columns from `n` on: as floats [row][width], as BFloat16 in
/// pairs [row / 2][width][2]. transform(0 or 1, places) makes them.
template <int PLACES, class Transform>
inline void storeWinogradRows(float* out, int64_t placePitch, int64_t width, int64_t n, const Transform& transform) {
  for (int row = 0; row < 2; row++) {
    Vec places[PLACES];
    transform(row, places);
    for (int place = 0; place < PLACES; place++) store(out + place * placePitch + row * width + n, places[place]);
  }
}
#if defined(__AVX512BF16__)
template <int PLACES, class Transform>
inline void storeWinogradRows(BFloat16* out, int64_t placePitch, int64_t, int64_t n, const Transform& transform) {
  Vec even[PLACES];
  Vec odd[PLACES];
  transform(0, even);
  transform(1, odd);
  for (int place = 0; place < PLACES; place++) storePairs(out + place * placePitch + 2 * n, even[place], odd[place]);
}
#endif

/// One row of places of one tile of a patch with `rowPitch` between rows and `pixelPitch` between pixels. The row comes from
/// two rows of pixels, as `Input` says.
template <int ROW>
inline void transformInputRow(const float* corner, int64_t rowPitch, int64_t pixelPitch, Vec (&places)[4]) {
  constexpr int kFirst[] = {0, 1, 2, 1};
  constexpr int kSecond[] = {2, 2, 1, 3};
  Vec line[4];
  for (int j = 0; j < 4; j++) {
    const Vec first = load(corner + kFirst[ROW] * rowPitch + j * pixelPitch);
    const Vec second = load(corner + kSecond[ROW] * rowPitch + j * pixelPitch);
    line[j] = ROW == 1 ? first + second : first - second;
  }
  winograd::Input{}(line, places);
}

/// The same of the gradients of one tile of outputs, as `OutputGradient` says.
template <int ROW>
inline void transformOutputRow(const float* corner, int64_t rowPitch, int64_t pixelPitch, Vec (&places)[4]) {
  Vec line[2];
  for (int j = 0; j < 2; j++) {
    const Vec upper = load(corner + j * pixelPitch);
    const Vec lower = load(corner + rowPitch + j * pixelPitch);
    line[j] = ROW == 0 ? upper : ROW == 1 ? upper + lower : ROW == 2 ? upper - lower : -lower;
  }
  winograd::OutputGradient{}(line, places);
}

/// patch: [tiles.patchRows()][tiles.patchCols()][channels].
inline const float* cornerOf(const float* patch, const WinogradTiles& tiles, int64_t channels, int64_t tile) {
  return patch + 2 * (tile / tiles.cols * tiles.patchCols() + tile % tiles.cols) * channels;
}

/// A row of places of a patch → out: [4][tile][channels].
template <int ROW, class E>
inline void transformPatchRow(const float* patch, const WinogradTiles& tiles, int64_t channels, E* out) {
  const int64_t placePitch = tiles.count() * channels;
  for (int64_t tile = 0; tile < tiles.count(); tile++, out += channels) {
    const float* corner = cornerOf(patch, tiles, channels, tile);
    for (int64_t c = 0; c < channels; c += kLanes) {
      Vec places[4];
      transformInputRow<ROW>(corner + c, tiles.patchCols() * channels, channels, places);
      for (int place = 0; place < 4; place++) storeTransformed(out + place * placePitch + c, places[place]);
    }
  }
}

/// The products of one place: c [rows][cRow] (+)= a [rows][depth] · one panel, where `a` lies as ORDER says; BFloat16 in pairs
/// along `depth`.
template <Contiguous ORDER>
inline void multiplyPlace(const float* a, int64_t rows, int64_t depth, const float* panel, int64_t width, float* c,
                          int64_t cRow, bool accumulate) {
  TileJob job;
  job.aRow = ORDER == Contiguous::k ? depth : 1;
  job.aStep = ORDER == Contiguous::k ? 1 : rows;
  job.aSegment = 0;
  job.b = panel;
  job.segments = 1;
  job.depth = depth;
  job.cRow = cRow;
  job.accumulate = accumulate;
  forEachTile<ORDER>(rows, width, [&](TileFunction multiply, int64_t row) {
    job.a = a + row * job.aRow;
    job.c = c + row * cRow;
    multiply(job);
  });
}

template <Contiguous ORDER>
inline void multiplyPlace(const BFloat16* a, int64_t rows, int64_t depth, const BFloat16* panel, int64_t width, float* c,
                          int64_t cRow, bool accumulate) {
  HalfJob job;
  job.a = a;
  job.aRow = ORDER == Contiguous::k ? depth : 2;
  job.aPair = ORDER == Contiguous::k ? 2 : 2 * rows;
  job.aSegment = 0;
  job.b = panel;
  job.segments = 1;
  job.depth = depth;
  job.blockDepth = 2;
  job.c = c;
  job.cRow = cRow;
  job.rows = rows;
  job.accumulate = accumulate;
  multiplyHalves(job, width);
}

/// fn(integral constant) for each row of places.
template <class Function>
inline void forEachWinogradRow(const Function& fn) {
  fn(std::integral_constant<int, 0>{});
  fn(std::integral_constant<int, 1>{});
  fn(std::integral_constant<int, 2>{});
  fn(std::integral_constant<int, 3>{});
}

}  // namespace INKSTONE_ISA
}  // namespace inkstone
