// The list of everything JavaScript may call. From it come the declarations, the table of one instruction set and the
// functions of the addon. src/tensor/kernels.ts says what each does and names the same parameters in the same order.
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

// X(name, (parameters))
#define INKSTONE_KERNELS(X)                                                                                            \
  X(fill, (Buffer x, float value))                                                                                     \
  X(cast, (Buffer src, Buffer dst, double scale, double shift))                                                        \
  X(normalizeImage, (Buffer src, Buffer dst, Rgb mean, Rgb std))                                                       \
  X(activation, (Activation kind, Buffer x, Buffer y))                                                                 \
  X(activationBackward, (Activation kind, Buffer x, Buffer dy, Buffer dx))                                             \
  X(addInto, (Buffer dst, Buffer src, double factor))                                                                  \
  X(add, (Source a, Source b, ChannelsShape shape, Activation kind, Buffer y))                                         \
  X(reluBackwardFromOutput, (Buffer y, Buffer dy, Buffer dx))                                                          \
  X(scale, (Buffer x, double factor))                                                                                  \
  X(scaleBy, (Buffer x, Buffer factor))                                                                                \
  X(multiplyAdd, (Buffer x, double factor, double addend, int64_t rounds))                                             \
  X(addProducts, (Buffer x, double factor, double other, int64_t rounds))                                              \
  X(conv2d, (Source x, Buffer weight, OptionalBuffer bias, ConvGeometry geometry, Buffer y, OptionalBuffer mean,       \
             OptionalBuffer variance, bool half))                                                                      \
  X(conv2dBackwardInput, (Buffer dy, Buffer weight, ConvGeometry geometry, Buffer dx, bool half))                      \
  X(conv2dBackwardWeight, (Source x, Buffer dy, ConvGeometry geometry, Buffer dWeight, OptionalBuffer dBias,           \
                           bool half))                                                                                 \
  X(upConv2d, (Source x, Buffer weight, OptionalBuffer bias, UpConvGeometry geometry, Buffer y, OptionalBuffer mean,   \
               OptionalBuffer variance, bool half))                                                                    \
  X(upConv2dBackwardInput, (Buffer dy, Buffer weight, UpConvGeometry geometry, Buffer dx, bool half))                  \
  X(upConv2dBackwardWeight, (Source x, Buffer dy, UpConvGeometry geometry, Buffer dWeight, OptionalBuffer dBias,       \
                             bool half))                                                                               \
  X(moments, (Buffer x, ChannelsShape shape, Buffer mean, Buffer variance))                                            \
  X(foldAffine, (Buffer gamma, Buffer beta, Buffer mean, Buffer variance, double epsilon, Buffer scale, Buffer shift,  \
                 Buffer inverseStd))                                                                                   \
  X(materialize, (Source x, ChannelsShape shape, Buffer y))                                                            \
  X(batchNormBackward, (Source x, Buffer dy, Buffer mean, Buffer inverseStd, ChannelsShape shape, Buffer dx,           \
                        Buffer dGamma, Buffer dBeta))                                                                  \
  X(affineBackward, (Source x, Buffer dy, Buffer mean, Buffer inverseStd, ChannelsShape shape, Buffer dx,              \
                     Buffer dGamma, Buffer dBeta))                                                                     \
  X(maxPool3x3, (Source x, ImageShape shape, Buffer y, Buffer indices))                                                \
  X(maxPool3x3Backward, (Buffer dy, Buffer indices, ImageShape shape, Buffer dx))                                      \
  X(globalAveragePool, (Source x, ImageShape shape, Buffer y))                                                         \
  X(globalAveragePoolBackward, (Buffer dy, ImageShape shape, Buffer dx))                                               \
  X(multiplyChannels, (Source x, Buffer s, ImageShape shape, Buffer y))                                                \
  X(multiplyChannelsBackward, (Source x, Buffer s, Buffer dy, ImageShape shape, Buffer dx, Buffer ds))                 \
  X(addUpsampled, (Source fine, Source coarse, ImageShape shape, Buffer y))                                            \
  X(upsampleBackward, (Buffer dy, int64_t dyChannels, int64_t channelOffset, int64_t level, ImageShape shape,          \
                       Buffer dCoarse))                                                                                \
  X(upsampleInto, (Source x, ImageShape shape, int64_t level, Buffer y, int64_t yChannels,                             \
                   int64_t channelOffset))                                                                             \
  X(differentiableStep, (Buffer p, Buffer t, double k, Buffer y))                                                      \
  X(differentiableStepBackward, (Buffer y, Buffer dy, double k, Buffer dp, Buffer dt))                                 \
  X(balancedCrossEntropy, (Buffer logits, Buffer gt, Buffer mask, double negativeRatio, double epsilon,                \
                           Buffer gradient, Buffer loss))                                                              \
  X(maskedL1, (Buffer pred, Buffer target, Buffer mask, double epsilon, Buffer gradient, Buffer loss))                 \
  X(diceLoss, (Buffer pred, Buffer gt, Buffer mask, double epsilon, Buffer gradient, Buffer loss))                     \
  X(copyScalar, (Buffer x, Buffer figures, int64_t index))                                                             \
  X(sumOfSquares, (Buffer x, double limit, Buffer figures, int64_t index))                                             \
  X(clamp, (Buffer x, double limit))                                                                                   \
  X(adam, (Buffer weight, Buffer gradient, Buffer m, Buffer v, AdamStep step))                                         \
  X(sgd, (Buffer weight, Buffer gradient, OptionalBuffer momentum, SgdStep step))                                      \
  X(movingAverage, (Buffer average, Buffer weight, double decay))

/// One instruction set's kernels.
struct Kernels {
  const char* isa;
#define INKSTONE_MEMBER(name, parameters) void(*name) parameters;
  INKSTONE_KERNELS(INKSTONE_MEMBER)
#undef INKSTONE_MEMBER
};

#define INKSTONE_DECLARE(name, parameters) void name parameters;

#ifdef INKSTONE_ISA
namespace INKSTONE_ISA {
namespace kernels {
INKSTONE_KERNELS(INKSTONE_DECLARE)
}  // namespace kernels
}  // namespace INKSTONE_ISA
#endif

#undef INKSTONE_DECLARE

}  // namespace inkstone
