// Depthwise convolution: one filter a channel, any odd kernel. Parameters are those of conv.h's functions.
#pragma once

#include "conv/conv.h"

namespace inkstone {
namespace INKSTONE_ISA {

void depthwise(const Operand& x, const float* weight, const float* bias, const ConvGeometry& geometry, Output y,
               MomentsOutput moments);
void depthwiseBackwardInput(const Operand& dy, const float* weight, const ConvGeometry& geometry, Output dx);
void depthwiseBackwardWeight(const Operand& x, const Operand& dy, const ConvGeometry& geometry, float* dWeight,
                             float* dBias);

}  // namespace INKSTONE_ISA
}  // namespace inkstone
