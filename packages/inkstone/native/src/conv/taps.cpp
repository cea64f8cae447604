#include "conv/taps.h"

#include "base/simd.h"

namespace inkstone {
namespace INKSTONE_ISA {
namespace {

template <int kOutputs>
inline void computeOutputs(const RowTask& task, int64_t first, float* out) {
  const int64_t step = task.inStep;
  for (int64_t c = 0; c < task.pitch; c += kLanes) {
    Vec sums[kOutputs];
#pragma GCC unroll 8
    for (int j = 0; j < kOutputs; j++) sums[j] = zero();
    const int64_t start = first * step + c;
    for (const Tap *tap = task.taps, *end = tap + task.tapCount; tap != end; tap++) {
      const Vec w = load(tap->weight + c);
      const float* const in = tap->in + start;
#pragma GCC unroll 8
      for (int j = 0; j < kOutputs; j++) sums[j] = fma(load(in + j * step), w, sums[j]);
    }
#pragma GCC unroll 8
    for (int j = 0; j < kOutputs; j++) store(out + (first + j) * task.outStep + c, sums[j]);
  }
}

}  // namespace

void packTaps(const float* weight, int64_t channels, int64_t taps, int64_t pitch, float* packed) {
  for (int64_t tap = 0; tap < taps; tap++) {
    for (int64_t c = 0; c < pitch; c++) packed[tap * pitch + c] = c < channels ? weight[c * taps + tap] : 0.0f;
  }
}

void computeRow(const RowTask& task, float* out) {
  int64_t j = 0;
  for (; j + 8 <= task.outputs; j += 8) computeOutputs<8>(task, j, out);
  for (; j + 4 <= task.outputs; j += 4) computeOutputs<4>(task, j, out);
  for (; j < task.outputs; j++) computeOutputs<1>(task, j, out);
}

}  // namespace INKSTONE_ISA
}  // namespace inkstone
