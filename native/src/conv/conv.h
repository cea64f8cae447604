// Dense convolution and 2x2 transposed convolution, NHWC, forward and backward.
//
// This header is compiled once for each instruction set, inside namespace inkstone::INKSTONE_ISA; whoever dispatches
// takes the addresses of these six functions from the namespace that fits the machine.
//
// Types: x and dx are of one type T (float32, float16 or bfloat16); y and dy are of T, or float32 while T is a half type.
// Weights, biases, moments and their gradients are float32. Weights are OIHW, for upConv IOHW (PyTorch's layouts).
// Outputs are overwritten. Results do not depend on the number of threads.
#pragma once

#include <cstdint>

#include "../base/types.h"

namespace inkstone {

/// Square kernel of odd size, zero padding, groups = 1. Padding zeros are zeros after the operand's affine.
struct ConvGeometry {
  int64_t batch, inHeight, inWidth, inChannels;
  int64_t outHeight, outWidth, outChannels;
  int64_t kernel, stride, padding;
};

/// 2x2, stride 2: the output is [batch, 2 inHeight, 2 inWidth, outChannels].
struct UpConvGeometry {
  int64_t batch, inHeight, inWidth, inChannels, outChannels;
};

/// A buffer of activations that is written.
struct Output {
  void* data;
  DType type;
};

/// Batch-norm statistics of y over N, H and W, [outChannels] each; the variance is the biased one. Both null or both set.
struct MomentsOutput {
  float* mean = nullptr;
  float* variance = nullptr;
};

namespace INKSTONE_ISA {

/// y = conv(x, weight) + bias; `bias` may be null.
void conv2d(const Operand& x, const float* weight, const float* bias, const ConvGeometry& geometry, Output y,
            MomentsOutput moments);
void conv2dBackwardInput(const void* dy, DType dyType, const float* weight, const ConvGeometry& geometry, Output dx);
/// `dBias` may be null.
void conv2dBackwardWeight(const Operand& x, const void* dy, DType dyType, const ConvGeometry& geometry, float* dWeight,
                          float* dBias);

void upConv2d(const Operand& x, const float* weight, const float* bias, const UpConvGeometry& geometry, Output y,
              MomentsOutput moments);
void upConv2dBackwardInput(const void* dy, DType dyType, const float* weight, const UpConvGeometry& geometry, Output dx);
void upConv2dBackwardWeight(const Operand& x, const void* dy, DType dyType, const UpConvGeometry& geometry,
                            float* dWeight, float* dBias);

}  // namespace INKSTONE_ISA
}  // namespace inkstone
