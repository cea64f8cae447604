// The core of depthwise convolution: rows of outputs, each a weighted sum of inputs at fixed distances. Forward and
// backward, stride 1 and 2 differ in their lists of taps only.
#pragma once

#include "base/simd.h"

namespace inkstone {
namespace INKSTONE_ISA {

/// A part of the work: about this many outputs, but no fewer rows than keep re-reading of the rows above cheap.
constexpr int64_t kOutputsPerPart = 65536;
constexpr int64_t kLeastRows = 4;

/// OIHW with I = 1 to [kernel · kernel][pitch], zeros behind the channels.
inline void packWeights(const float* weight, int64_t channels, int64_t taps, int64_t pitch, float* packed) {
  for (int64_t tap = 0; tap < taps; tap++) {
    for (int64_t c = 0; c < pitch; c++) packed[tap * pitch + c] = c < channels ? weight[c * taps + tap] : 0.0f;
  }
}

/// One summand of an output: out[j] += in[j · inStep] · weight, channel by channel.
struct Tap {
  const float* in;
  const float* weight;
};

/// A row of outputs that are all made from the same taps.
struct RowTask {
  const Tap* taps;
  int64_t tapCount;
  int64_t outputs;
  int64_t inStep;   // floats from one output's input to the next one's
  int64_t channels;
};

/// Outputs [first, first + kOutputs) of a row. `finish(j, c, values)` gets each result.
template <int kOutputs, class Finish>
inline void computeOutputs(const RowTask& task, int64_t first, const Finish& finish) {
  for (int64_t c = 0; c < task.channels; c += kLanes) {
    Vec sums[kOutputs];
    for (Vec& s : sums) s = zero();
    for (int64_t t = 0; t < task.tapCount; t++) {
      const Vec w = load(task.taps[t].weight + c);
      const float* const in = task.taps[t].in + first * task.inStep + c;
      for (int j = 0; j < kOutputs; j++) sums[j] = fma(load(in + j * task.inStep), w, sums[j]);
    }
    finish(first, c, sums);
  }
}

template <class Finish>
inline void computeRow(const RowTask& task, const Finish& finish) {
  int64_t j = 0;
  for (; j + 6 <= task.outputs; j += 6) computeOutputs<6>(task, j, finish);
  for (; j + 2 <= task.outputs; j += 2) computeOutputs<2>(task, j, finish);
  for (; j < task.outputs; j++) computeOutputs<1>(task, j, finish);
}

}  // namespace INKSTONE_ISA
}  // namespace inkstone
