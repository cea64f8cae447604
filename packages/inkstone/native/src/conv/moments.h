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
    const Results all{results, rows, cols, rowPitch, pitch};
    int64_t n = 0;
    for (; n + 2 * kLanes <= count; n += 2 * kLanes) gatherColumns<2>(all, n, mean + n);
    for (; n < count; n += kLanes) gatherColumns<1>(all, n, mean + n);
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
  struct Results {
    const float* data;
    int64_t rows, cols, rowPitch, pitch;
  };

  /// Of VECS · kLanes columns from `n` on: more than one vector, because each addition waits for the one before it.
  template <int VECS>
  void gatherColumns(const Results& results, int64_t n, float* mean) const {
    // Sums of differences from the first pixel: one pass that does not cancel as plain sums of squares do.
    Vec origin[VECS], sum[2][VECS], square[2][VECS];
    for (int v = 0; v < VECS; v++) {
      origin[v] = load(results.data + n + v * kLanes);
      for (int i = 0; i < 2; i++) sum[i][v] = square[i][v] = zero();
    }
    const auto add = [&](int i, const float* result) {
      for (int v = 0; v < VECS; v++) {
        const Vec difference = load(result + v * kLanes) - origin[v];
        sum[i][v] += difference;
        square[i][v] = fma(difference, difference, square[i][v]);
      }
    };
    for (int64_t row = 0; row < results.rows; row++) {
      const float* result = results.data + row * results.rowPitch + n;
      int64_t col = 0;
      for (; col + 2 <= results.cols; col += 2, result += 2 * results.pitch) {
        add(0, result);
        add(1, result + results.pitch);
      }
      if (col < results.cols) add(0, result);
    }
    const Vec pixels = splat(1.0f / static_cast<float>(results.rows * results.cols));
    for (int v = 0; v < VECS; v++) {
      const Vec total = sum[0][v] + sum[1][v];
      const Vec average = total * pixels;
      store(mean + v * kLanes, origin[v] + average);
      store(mean + pitch_ + v * kLanes, atLeast(square[0][v] + square[1][v] - total * average, 0.0f));
    }
  }

  int64_t parts_, pitch_, columns_, channels_;
  Scratch<float> statistics_;
  Scratch<int64_t> pixels_;
};

}  // namespace INKSTONE_ISA
}  // namespace inkstone
