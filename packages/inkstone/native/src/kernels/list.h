// The list of everything JavaScript may call. From it come the declarations, the table of one instruction set and the
// functions of the addon; what each does is said in src/tensor/backend.ts under the same name.
//
// An entry checks the sizes and types of its arguments itself (base/check.h) and throws ArgumentError.
#pragma once

#include "base/types.h"

namespace inkstone {

struct Rgb {
  double red;
  double green;
  double blue;
};

struct AdamStep {
  double learningRate;
  double beta1;
  double beta2;
  double epsilon;
  double weightDecay;
  bool decoupledWeightDecay;
  double step;
};

struct SgdStep {
  double learningRate;
  double momentum;
  double weightDecay;
  bool nesterov;
  bool first;
};

// X(result, name, (parameters))
#define INKSTONE_KERNELS(X)                                                                                            \
  X(void, fill, (Buffer x, double value))                                                                              \
  X(void, cast, (Buffer src, Buffer dst, double scale, double shift))                                                  \
  X(void, normalizeImage, (Buffer src, Buffer dst, Rgb mean, Rgb std))                                                 \
  X(void, activation, (Activation kind, Buffer x, Buffer y))                                                           \
  X(void, activationBackward, (Activation kind, Buffer x, Buffer dy, Buffer dx))                                       \
  X(void, addInto, (Buffer dst, Buffer src))                                                                           \
  X(void, add, (Source a, Source b, ChannelsShape shape, Activation kind, Buffer y))                                   \
  X(void, reluBackwardFromOutput, (Buffer y, Buffer dy, Buffer dx))                                                    \
  X(void, scale, (Buffer x, double factor))                                                                            \
  X(void, conv2d, (Source x, Buffer weight, Buffer bias, ConvGeometry geometry, Buffer y, Buffer mean,                 \
                   Buffer variance))                                                                                   \
  X(void, conv2dBackwardInput, (Buffer dy, Buffer weight, ConvGeometry geometry, Buffer dx))                           \
  X(void, conv2dBackwardWeight, (Source x, Buffer dy, ConvGeometry geometry, Buffer dWeight, Buffer dBias))            \
  X(void, upConv2d, (Source x, Buffer weight, Buffer bias, UpConvGeometry geometry, Buffer y, Buffer mean,             \
                     Buffer variance))                                                                                 \
  X(void, upConv2dBackwardInput, (Buffer dy, Buffer weight, UpConvGeometry geometry, Buffer dx))                       \
  X(void, upConv2dBackwardWeight, (Source x, Buffer dy, UpConvGeometry geometry, Buffer dWeight, Buffer dBias))        \
  X(void, moments, (Buffer x, ChannelsShape shape, Buffer mean, Buffer variance))                                      \
  X(void, materialize, (Source x, ChannelsShape shape, Buffer y))                                                      \
  X(void, batchNormBackward, (Source x, Buffer dy, Buffer mean, Buffer inverseStd, ChannelsShape shape, Buffer dx,     \
                              Buffer dGamma, Buffer dBeta))                                                            \
  X(void, affineBackward, (Source x, Buffer dy, Buffer mean, Buffer inverseStd, ChannelsShape shape, Buffer dx,        \
                           Buffer dGamma, Buffer dBeta))                                                               \
  X(void, maxPool3x3, (Source x, ImageShape shape, Buffer y, Buffer indices))                                          \
  X(void, maxPool3x3Backward, (Buffer dy, Buffer indices, ImageShape shape, Buffer dx))                                \
  X(void, globalAveragePool, (Source x, ImageShape shape, Buffer y))                                                   \
  X(void, globalAveragePoolBackward, (Buffer dy, ImageShape shape, Buffer dx))                                         \
  X(void, multiplyChannels, (Source x, Buffer s, ImageShape shape, Buffer y))                                          \
  X(void, multiplyChannelsBackward, (Source x, Buffer s, Buffer dy, ImageShape shape, Buffer dx, Buffer ds))           \
  X(void, addUpsampled, (Source fine, Source coarse, ImageShape shape, Buffer y))                                      \
  X(void, upsampleBackward, (Buffer dy, int64_t dyChannels, int64_t channelOffset, int64_t level, ImageShape shape,    \
                             Buffer dCoarse))                                                                          \
  X(void, upsampleInto, (Source x, ImageShape shape, int64_t level, Buffer y, int64_t yChannels,                       \
                         int64_t channelOffset))                                                                       \
  X(void, differentiableStep, (Buffer p, Buffer t, double k, Buffer y))                                                \
  X(void, differentiableStepBackward, (Buffer y, Buffer dy, double k, Buffer dp, Buffer dt))                           \
  X(double, balancedCrossEntropy, (Buffer logits, Buffer gt, Buffer mask, double negativeRatio, double epsilon,        \
                                   Buffer gradient))                                                                   \
  X(double, maskedL1, (Buffer pred, Buffer target, Buffer mask, double epsilon, Buffer gradient))                      \
  X(double, diceLoss, (Buffer pred, Buffer gt, Buffer mask, double epsilon, Buffer gradient))                          \
  X(double, sumOfSquares, (Buffer x))                                                                                  \
  X(void, clamp, (Buffer x, double limit))                                                                             \
  X(void, adam, (Buffer weight, Buffer gradient, Buffer m, Buffer v, AdamStep step))                                   \
  X(void, sgd, (Buffer weight, Buffer gradient, Buffer momentum, SgdStep step))                                        \
  X(void, movingAverage, (Buffer average, Buffer weight, double decay))

/// One instruction set's kernels.
struct Kernels {
  const char* isa;
#define INKSTONE_MEMBER(result, name, parameters) result(*name) parameters;
  INKSTONE_KERNELS(INKSTONE_MEMBER)
#undef INKSTONE_MEMBER
};

#ifdef INKSTONE_ISA
namespace INKSTONE_ISA {
namespace kernels {
#define INKSTONE_DECLARE(result, name, parameters) result name parameters;
INKSTONE_KERNELS(INKSTONE_DECLARE)
#undef INKSTONE_DECLARE
}  // namespace kernels
}  // namespace INKSTONE_ISA
#endif

}  // namespace inkstone
