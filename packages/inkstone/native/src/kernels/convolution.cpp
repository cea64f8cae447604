// Convolutions as JavaScript calls them: sizes and types are checked here.
#include "base/check.h"
#include "conv/conv.h"
#include "kernels/list.h"

namespace inkstone {
namespace INKSTONE_ISA {
namespace {

/// dy (or y) may be float32 while x is a half type, except in depthwise convolution.
void checkOutputType(const Buffer& y, DType inputType, int64_t groups, const char* name) {
  if (y.dtype == inputType || (groups == 1 && y.dtype == DType::float32)) return;
  fail("%s is %s while the other side is %s", name, nameOf(y.dtype), nameOf(inputType));
}

MomentsOutput checkedMoments(const Buffer& mean, const Buffer& variance, int64_t channels) {
  if (!mean != !variance) fail("mean and variance must be given together");
  return {optionalFloats(mean, channels, "mean"), optionalFloats(variance, channels, "variance")};
}

void checkFloatType(const Buffer& buffer, const char* name) {
  if (buffer.dtype == DType::uint8) fail("%s is uint8, the operation needs a float type", name);
}

}  // namespace

namespace kernels {

void conv2d(Source x, Buffer weight, OptionalBuffer bias, ConvGeometry g, Buffer y, OptionalBuffer mean,
            OptionalBuffer variance, bool half) {
  check(g);
  const Operand operand = checked(x, g.inSize(), g.inChannels, "x");
  const float* const w = checkedFloats(weight, g.weightSize(), "weight");
  const float* const b = optionalFloats(bias, g.outChannels, "bias");
  const MomentsOutput moments = checkedMoments(mean, variance, g.outChannels);
  checkSize(y, g.outSize(), "y");
  checkOutputType(y, operand.dtype, g.groups, "y");
  INKSTONE_ISA::conv2d(operand, w, b, g, half, {y.data, y.dtype}, moments);
}

void conv2dBackwardInput(Buffer dy, Buffer weight, ConvGeometry g, Buffer dx, bool half) {
  check(g);
  checkSize(dy, g.outSize(), "dy");
  checkSize(dx, g.inSize(), "dx");
  checkFloatType(dx, "dx");
  checkOutputType(dy, dx.dtype, g.groups, "dy");
  const float* const w = checkedFloats(weight, g.weightSize(), "weight");
  INKSTONE_ISA::conv2dBackwardInput({dy.data, dy.dtype, {}}, w, g, half, {dx.data, dx.dtype});
}

void conv2dBackwardWeight(Source x, Buffer dy, ConvGeometry g, Buffer dWeight, OptionalBuffer dBias, bool half) {
  check(g);
  const Operand operand = checked(x, g.inSize(), g.inChannels, "x");
  checkSize(dy, g.outSize(), "dy");
  checkOutputType(dy, operand.dtype, g.groups, "dy");
  float* const w = checkedFloats(dWeight, g.weightSize(), "dWeight");
  float* const b = optionalFloats(dBias, g.outChannels, "dBias");
  INKSTONE_ISA::conv2dBackwardWeight(operand, {dy.data, dy.dtype, {}}, g, half, w, b);
}

void upConv2d(Source x, Buffer weight, OptionalBuffer bias, UpConvGeometry g, Buffer y, OptionalBuffer mean,
              OptionalBuffer variance, bool half) {
  check(g);
  const Operand operand = checked(x, g.inSize(), g.inChannels, "x");
  const float* const w = checkedFloats(weight, g.weightSize(), "weight");
  const float* const b = optionalFloats(bias, g.outChannels, "bias");
  const MomentsOutput moments = checkedMoments(mean, variance, g.outChannels);
  checkSize(y, g.outSize(), "y");
  checkOutputType(y, operand.dtype, 1, "y");
  INKSTONE_ISA::upConv2d(operand, w, b, g, half, {y.data, y.dtype}, moments);
}

void upConv2dBackwardInput(Buffer dy, Buffer weight, UpConvGeometry g, Buffer dx, bool half) {
  check(g);
  checkSize(dy, g.outSize(), "dy");
  checkSize(dx, g.inSize(), "dx");
  checkFloatType(dx, "dx");
  checkOutputType(dy, dx.dtype, 1, "dy");
  const float* const w = checkedFloats(weight, g.weightSize(), "weight");
  INKSTONE_ISA::upConv2dBackwardInput({dy.data, dy.dtype, {}}, w, g, half, {dx.data, dx.dtype});
}

void upConv2dBackwardWeight(Source x, Buffer dy, UpConvGeometry g, Buffer dWeight, OptionalBuffer dBias, bool half) {
  check(g);
  const Operand operand = checked(x, g.inSize(), g.inChannels, "x");
  checkSize(dy, g.outSize(), "dy");
  checkOutputType(dy, operand.dtype, 1, "dy");
  float* const w = checkedFloats(dWeight, g.weightSize(), "dWeight");
  float* const b = optionalFloats(dBias, g.outChannels, "dBias");
  INKSTONE_ISA::upConv2dBackwardWeight(operand, {dy.data, dy.dtype, {}}, g, half, w, b);
}

}  // namespace kernels
}  // namespace INKSTONE_ISA
}  // namespace inkstone
