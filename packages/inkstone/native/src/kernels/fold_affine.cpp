#include <cmath>

#include "base/check.h"
#include "kernels/list.h"

namespace inkstone {
namespace INKSTONE_ISA {
namespace kernels {

void foldAffine(Buffer gamma, Buffer beta, Buffer mean, Buffer variance, double epsilon, Buffer scale, Buffer shift,
                Buffer inverseStd) {
  checkAtLeast(epsilon, 0.0, "epsilon");
  const int64_t channels = static_cast<int64_t>(gamma.length);
  const float* const g = checkedFloats(gamma, channels, "gamma");
  const float* const b = checkedFloats(beta, channels, "beta");
  const float* const means = checkedFloats(mean, channels, "mean");
  const float* const variances = checkedFloats(variance, channels, "variance");
  float* const scaleOut = checkedFloats(scale, channels, "scale");
  float* const shiftOut = checkedFloats(shift, channels, "shift");
  float* const inverseOut = checkedFloats(inverseStd, channels, "inverseStd");
  for (int64_t c = 0; c < channels; c++) {
    const double inverse = 1.0 / std::sqrt(variances[c] + epsilon);
    const double factor = g[c] * inverse;
    // Volatile: rounded before it is subtracted, whether or not the machine has a fused multiply-add.
    const volatile double offset = means[c] * factor;
    scaleOut[c] = static_cast<float>(factor);
    shiftOut[c] = static_cast<float>(b[c] - offset);
    inverseOut[c] = static_cast<float>(inverse);
  }
}

}  // namespace kernels
}  // namespace INKSTONE_ISA
}  // namespace inkstone
