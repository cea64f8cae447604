#include "conv/depthwise.h"

#include "base/rows.h"
#include "conv/taps.h"

namespace inkstone {
namespace INKSTONE_ISA {

void depthwiseBackwardInput(const Operand& dy, const float* weight, const ConvGeometry& g, Output dx) {
  const int64_t channels = g.inChannels;
  const RowReader reader(dy, channels);
  const int64_t pitch = reader.pitch();
  const int64_t taps = g.kernel * g.kernel;
  const int64_t stride = g.stride;
  const Scratch<float> packed(taps * pitch);
  packTaps(weight, channels, taps, pitch, packed.data());
  const RowParts parts(g.batch, g.inHeight, g.inWidth * pitch, kOutputsPerPart, kLeastRows * stride);

  parallelFor(parts.parts, [&](int64_t part, int) {
    // Margins of a whole kernel: no tap of any output column falls outside.
    RowWindow window(reader, g.kernel, g.outHeight, g.outWidth, g.kernel, g.kernel);
    const Scratch<Tap> list(taps);
    const Scratch<float> out(g.inWidth * pitch);
    const int64_t image = parts.image(part);
    const Range rows = parts.rows(part);
    for (int64_t row = rows.begin; row < rows.end; row++) {
      window.advance(image, (row + g.padding) / stride);
      // Input columns x = phase + stride·j meet the kernel columns kx ≡ x + padding (mod stride).
      for (int64_t phase = 0; phase < stride; phase++) {
        int64_t count = 0;
        for (int64_t ky = 0; ky < g.kernel; ky++) {
          const int64_t distance = row + g.padding - ky;
          if (distance % stride != 0 || !window.has(distance / stride)) continue;
          for (int64_t kx = (phase + g.padding) % stride; kx < g.kernel; kx += stride) {
            const int64_t column = (phase + g.padding - kx) / stride + g.kernel;
            list[static_cast<size_t>(count++)] = {window.row(distance / stride) + column * pitch,
                                                  packed.data() + (ky * g.kernel + kx) * pitch};
          }
        }
        const int64_t outputs = (g.inWidth - phase + stride - 1) / stride;
        computeRow({list.data(), count, outputs, pitch, stride * pitch, pitch}, out.data() + phase * pitch);
      }
      writeRows(out.data(), (image * g.inHeight + row) * g.inWidth, g.inWidth, channels, dx.data, dx.dtype);
    }
  });
}

namespace {

/// Floats of input and gradient rows that are worked on at a time: they stay in the first-level cache.
constexpr int64_t kChunkFloats = 6144;

/// Products of a run of gradient pixels with the inputs under kRows × kColumns neighbouring taps, summed over the run:
/// sums[(r · kernel + k) · pitch + c] += Σ dy[j, c] · rows[r][j · stride + k, c].
template <int kRows, int kColumns>
inline void accumulateTaps(const float* dy, const float* const* rows, int64_t begin, int64_t end, int64_t stride,
                           int64_t pitch, int64_t kernel, float* sums) {
  for (int64_t c = 0; c < pitch; c += kLanes) {
    Vec acc[kRows][kColumns];
#pragma GCC unroll 3
    for (int r = 0; r < kRows; r++) {
#pragma GCC unroll 5
      for (int k = 0; k < kColumns; k++) acc[r][k] = load(sums + (r * kernel + k) * pitch + c);
    }
    for (int64_t j = begin; j < end; j++) {
      const Vec g = load(dy + j * pitch + c);
      const int64_t at = j * stride * pitch + c;
#pragma GCC unroll 3
      for (int r = 0; r < kRows; r++) {
#pragma GCC unroll 5
        for (int k = 0; k < kColumns; k++) acc[r][k] = fma(g, load(rows[r] + at + k * pitch), acc[r][k]);
      }
    }
#pragma GCC unroll 3
    for (int r = 0; r < kRows; r++) {
#pragma GCC unroll 5
      for (int k = 0; k < kColumns; k++) store(sums + (r * kernel + k) * pitch + c, acc[r][k]);
    }
  }
}

/// All taps of one run; ten sums at a time fit in registers.
inline void accumulateKernel(const float* dy, const float* const* rows, int64_t begin, int64_t end, int64_t stride,
                             int64_t pitch, int64_t kernel, float* sums) {
  if (kernel == 3) return accumulateTaps<3, 3>(dy, rows, begin, end, stride, pitch, kernel, sums);
  if (kernel == 5) {
    accumulateTaps<2, 5>(dy, rows, begin, end, stride, pitch, kernel, sums);
    accumulateTaps<2, 5>(dy, rows + 2, begin, end, stride, pitch, kernel, sums + 10 * pitch);
    return accumulateTaps<1, 5>(dy, rows + 4, begin, end, stride, pitch, kernel, sums + 20 * pitch);
  }
  for (int64_t ky = 0; ky < kernel; ky++) {
    for (int64_t kx = 0; kx < kernel; kx++) {
      const float* const shifted = rows[ky] + kx * pitch;
      accumulateTaps<1, 1>(dy, &shifted, begin, end, stride, pitch, kernel, sums + (ky * kernel + kx) * pitch);
    }
  }
}

}  // namespace

void depthwiseBackwardWeight(const Operand& x, const Operand& dy, const ConvGeometry& g, float* dWeight,
                             float* dBias) {
  const int64_t channels = g.inChannels;
  const int64_t taps = g.kernel * g.kernel;
  const RowReader reader(x, channels);
  const RowReader gradientReader(dy, channels);
  const int64_t pitch = reader.pitch();
  const RowParts parts(g.batch, g.outHeight, g.outWidth * pitch, kOutputsPerPart, kLeastRows);
  // Of each part: the sums of every tap and, behind them, of dy itself.
  const int64_t partSize = (taps + 1) * pitch;
  const Scratch<float> partial(parts.parts * partSize);
  const int64_t chunk = kChunkFloats / (pitch * (g.kernel * g.stride + 1)) + 8;

  parallelFor(parts.parts, [&](int64_t part, int) {
    RowWindow window(reader, g.kernel, g.inHeight, g.inWidth, g.padding, g.padding);
    const Scratch<float> gradient(g.outWidth * pitch);
    const Scratch<const float*> list(g.kernel);
    float* const sums = partial.data() + part * partSize;
    std::memset(sums, 0, static_cast<size_t>(partSize) * sizeof(float));
    const int64_t image = parts.image(part);
    const Range rows = parts.rows(part);
    for (int64_t row = rows.begin; row < rows.end; row++) {
      const int64_t top = row * g.stride - g.padding;
      window.advance(image, top + g.kernel - 1);
      for (int64_t ky = 0; ky < g.kernel; ky++) list[static_cast<size_t>(ky)] = window.row(top + ky);
      gradientReader.read((image * g.outHeight + row) * g.outWidth, g.outWidth, gradient.data());
      for (int64_t begin = 0; begin < g.outWidth; begin += chunk) {
        const int64_t end = begin + chunk < g.outWidth ? begin + chunk : g.outWidth;
        accumulateKernel(gradient.data(), list.data(), begin, end, g.stride, pitch, g.kernel, sums);
        if (dBias == nullptr) continue;
        const float* const self = gradient.data();
        float* const biasSums = sums + taps * pitch;
        for (int64_t j = begin; j < end; j++) {
          for (int64_t c = 0; c < pitch; c += kLanes) {
            store(biasSums + c, load(biasSums + c) + load(self + j * pitch + c));
          }
        }
      }
    }
  });

  parallelFor(channels, [&](int64_t c, int) {
    for (int64_t tap = 0; tap <= taps; tap++) {
      double sum = 0.0;
      for (int64_t part = 0; part < parts.parts; part++) {
        sum += partial[static_cast<size_t>(part * partSize + tap * pitch + c)];
      }
      if (tap < taps) dWeight[c * taps + tap] = static_cast<float>(sum);
      else if (dBias != nullptr) dBias[c] = static_cast<float>(sum);
    }
  });
}

}  // namespace INKSTONE_ISA
}  // namespace inkstone
