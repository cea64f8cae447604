// Depthwise convolution: one filter a channel, any odd kernel, stride 1 or 2. Pointers were checked by the caller.
#pragma once

#include "base/types.h"

namespace inkstone {
namespace INKSTONE_ISA {

/// `bias` may be null; `mean` and `variance` are both null or both given.
void depthwiseForward(const Operand& x, const float* weight, const float* bias, const ConvGeometry& geometry, void* y,
                      float* mean, float* variance);

void depthwiseBackwardInput(const void* dy, DType dtype, const float* weight, const ConvGeometry& geometry, void* dx);

/// `dBias` may be null.
void depthwiseBackwardWeight(const Operand& x, const void* dy, const ConvGeometry& geometry, float* dWeight,
                             float* dBias);

}  // namespace INKSTONE_ISA
}  // namespace inkstone
