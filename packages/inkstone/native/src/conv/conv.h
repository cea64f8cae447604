// Convolution, dense (groups = 1) or depthwise (groups = channels), and 2x2 transposed convolution, NHWC, forward and
// backward.
//
// Types: x and dx are of one type T (float32, float16 or bfloat16); y and dy are of T, or, unless the convolution is
// depthwise, float32 while T is a half type. Weights, biases, moments and their gradients are float32. Weights are OIHW,
// for upConv IOHW (PyTorch's layouts). Outputs are overwritten. Padding zeros are zeros after the operand's affine.
// `half`: what is multiplied, in Winograd's form transforms, is rounded to bfloat16 before. Depthwise convolution does not do that. Sums stay fp32.
// Results do not depend on the number of threads. Everything throws std::bad_alloc when scratch memory runs out.
#pragma once

#include "base/types.h"

namespace inkstone {

/// A block of activations that is written.
struct Output {
  void* data;
  DType dtype;
};

/// Batch-norm statistics of y over N, H and W, [outChannels] each, the variance biased. Both null or both set.
struct MomentsOutput {
  float* mean = nullptr;
  float* variance = nullptr;

  explicit operator bool() const { return mean != nullptr; }
};

namespace INKSTONE_ISA {

/// y = conv(x, weight) + bias; `bias` may be null. Any stride and padding, any kernel size (depthwise: odd).
void conv2d(const Operand& x, const float* weight, const float* bias, const ConvGeometry& geometry, bool half,
            Output y, MomentsOutput moments);
/// `dy` has no affine.
void conv2dBackwardInput(const Operand& dy, const float* weight, const ConvGeometry& geometry, bool half, Output dx);
/// `dBias` may be null; `dy` has no affine.
void conv2dBackwardWeight(const Operand& x, const Operand& dy, const ConvGeometry& geometry, bool half,
                          float* dWeight, float* dBias);

void upConv2d(const Operand& x, const float* weight, const float* bias, const UpConvGeometry& geometry, bool half,
              Output y, MomentsOutput moments);
void upConv2dBackwardInput(const Operand& dy, const float* weight, const UpConvGeometry& geometry, bool half,
                           Output dx);
void upConv2dBackwardWeight(const Operand& x, const Operand& dy, const UpConvGeometry& geometry, bool half,
                            float* dWeight, float* dBias);

}  // namespace INKSTONE_ISA
}  // namespace inkstone
