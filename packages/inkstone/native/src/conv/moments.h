// Batch-norm statistics of a convolution's output, gathered while its results are still in the cache.
#pragma once

#include "base/allocator.h"
#include "base/parallel.h"
#include "conv/conv.h"
#include "conv/panel.h"

namespace inkstone {
namespace INKSTONE_ISA {

/// Each part keeps the mean of a column and its sum of squared deviations, in fp32 over a few hundred pixels; parts are
/// merged in double, in their order (Chan, Golub and LeVeque 1979). Statistics are those of the fp32 results, before
/// they are rounded to the storage type.
class MomentsOfParts {
 public:
  MomentsOfParts(const MomentsOutput& wanted, int64_t parts, int64_t columns, int64_t channels)
      : parts_(parts), pitch_(paddedColumns(columns)), columns_(columns), channels_(channels),
        statistics_(wanted ? parts * 2 * pitch_ : 0), pixels_(wanted ? parts : 0) {}

  /// results: [rows][rowPitch], of which [cols][pitch] are pixels, of columns [first, first + count).
  void gather(int64_t part, const float* results, int64_t rows, int64_t cols, int64_t rowPitch, int64_t pitch,
              int64_t first, int64_t count) {
    if (rowPitch == cols * pitch) {
      cols *= rows;
      rows = 1;
    }
    pixels_[part] = rows * cols;
    float* mean = statistics_.data() + part * 2 * pitch_ + first;
    float* squares = mean + pitch_;
    for (int64_t n = 0; n < count; n += kLanes) {
      // Sums of differences from the first pixel: one pass that does not cancel as plain sums of squares do.
      const Vec origin = load(results + n);
      Vec sum[2] = {zero(), zero()};
      Vec square[2] = {zero(), zero()};
      const auto add = [&](int i, const float* result) {
        const Vec difference = load(result) - origin;
        sum[i] += difference;
        square[i] = fma(difference, difference, square[i]);
      };
      for (int64_t row = 0; row < rows; row++) {
        const float* result = results + row * rowPitch + n;
        int64_t col = 0;
        for (; col + 2 <= cols; col += 2, result += 2 * pitch) {
          add(0, result);
          add(1, result + pitch);
        }
        if (col < cols) add(0, result);
      }
      const Vec total = sum[0] + sum[1];
      const Vec average = total * splat(1.0f / static_cast<float>(rows * cols));
      store(mean + n, origin + average);
      store(squares + n, atLeast(square[0] + square[1] - total * average, 0.0f));
    }
  }

  void merge(const MomentsOutput& out) const {
    parallelFor(channels_, [&](int64_t channel, int) {
      double count = 0.0;
      double mean = 0.0;
      double squares = 0.0;
      for (int64_t column = channel; column < columns_; column += channels_) {
        for (int64_t part = 0; part < parts_; part++) {
          const float* statistics = statistics_.data() + part * 2 * pitch_ + column;
          const double pixels = static_cast<double>(pixels_[part]);
          const double difference = statistics[0] - mean;
          count += pixels;
          mean += difference * (pixels / count);
          squares += statistics[pitch_] + difference * difference * (pixels * (1.0 - pixels / count));
        }
      }
      out.mean[channel] = static_cast<float>(mean);
      out.variance[channel] = static_cast<float>(squares / count);
    });
  }

 private:
  int64_t parts_, pitch_, columns_, channels_;
  Scratch<float> statistics_;
  Scratch<int64_t> pixels_;
};

}  // namespace INKSTONE_ISA
}  // namespace inkstone
