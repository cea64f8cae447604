// The core of depthwise convolution: rows of outputs, each a weighted sum of inputs at fixed distances. Forward and
// backward, stride 1 and 2 differ in their lists of taps only.
#pragma once

#include <cstdint>

namespace inkstone {
namespace INKSTONE_ISA {

/// A part of the work: about this many outputs, but no fewer rows than keep re-reading of the rows above cheap.
constexpr int64_t kOutputsPerPart = 65536;
constexpr int64_t kLeastRows = 4;

/// One summand of an output: out[j] += in[j · inStep] · weight, channel by channel.
struct Tap {
  const float* in;
  const float* weight;
};

/// A row of outputs that are all made from the same taps. All steps are in floats, all channels padded.
struct RowTask {
  const Tap* taps;
  int64_t tapCount;
  int64_t outputs;
  int64_t inStep;   // from one output's input to the next one's
  int64_t outStep;  // from one output to the next
  int64_t pitch;    // padded channels
};

/// OIHW with I = 1 to [taps][pitch], zeros behind the channels. An output has one weight a tap, not a column of them, so
/// this is not the panels of dense convolution (weights.h).
void packTaps(const float* weight, int64_t channels, int64_t taps, int64_t pitch, float* packed);

void computeRow(const RowTask& task, float* out);

}  // namespace INKSTONE_ISA
}  // namespace inkstone
