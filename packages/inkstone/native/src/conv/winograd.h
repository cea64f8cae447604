// Winograd's F(2×2, 3×3) (Lavin and Gray, arXiv:1509.09308): a 2×2 tile of outputs from a 4×4 tile of inputs with
// 16 multiplications a channel instead of 36. Inputs and weights are transformed into 16 places, each place is a matrix
// product of its own, and the products are transformed back.
#pragma once

#include "conv/panel.h"

namespace inkstone {
namespace INKSTONE_ISA {

constexpr int64_t kWinogradPlaces = 16;
constexpr int64_t kWinogradTaps = 3;
constexpr int64_t kWinogradBlockCols = 20;    // divides the widths of a pyramid of 640² images
constexpr int64_t kWinogradBlockPixels = 160;

/// Fewer outputs than this do not pay for the transform of the weights.
constexpr int64_t kWinogradLeastOutputs = 512;

/// Where halves are multiplied many times as fast as fp32, Winograd's form would only be in the way. Elsewhere half
/// arithmetic rounds its operands and has them transformed and multiplied in fp32.
#if defined(__AMX_BF16__)
constexpr bool kWinogradIsForHalves = false;
#else
constexpr bool kWinogradIsForHalves = true;
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
    const Vec outer = splat(0.5f) * (g[0] + g[2]);
    const Vec middle = splat(0.5f) * g[1];
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
    out[3] = zero() - y[1];
  }
};

/// The transpose of `Weight`.
struct WeightGradient {
  void operator()(const Vec (&u)[4], Vec (&out)[3]) const {
    const Vec half = splat(0.5f) * (u[1] + u[2]);
    out[0] = u[0] + half;
    out[1] = splat(0.5f) * (u[1] - u[2]);
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

/// patch: [tiles.patchRows()][tiles.patchCols()][channels] → out: [16][tile][channels].
inline void transformPatch(const float* patch, const WinogradTiles& tiles, int64_t channels, float* out) {
  const int64_t rowPitch = tiles.patchCols() * channels;
  const int64_t placePitch = tiles.count() * channels;
  for (int64_t row = 0; row < tiles.rows; row++) {
    for (int64_t col = 0; col < tiles.cols; col++) {
      const float* corner = patch + 2 * (row * rowPitch + col * channels);
      for (int64_t c = 0; c < channels; c += kLanes) {
        Vec in[4][4];
        Vec places[4][4];
        for (int i = 0; i < 4; i++) {
          for (int j = 0; j < 4; j++) in[i][j] = load(corner + i * rowPitch + j * channels + c);
        }
        winograd::transform<winograd::Input>(in, places);
        for (int place = 0; place < kWinogradPlaces; place++) {
          store(out + place * placePitch + c, places[place / 4][place % 4]);
        }
      }
      out += channels;
    }
  }
}

}  // namespace INKSTONE_ISA
}  // namespace inkstone
