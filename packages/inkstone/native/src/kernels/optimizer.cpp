#include <cmath>

#include "base/visit.h"
#include "kernels/list.h"
#include "kernels/tiles.h"

namespace inkstone {
namespace INKSTONE_ISA {
namespace kernels {

void clamp(Buffer x, double limit) {
  checkAtLeast(limit, 0.0, "limit");
  const float bound = static_cast<float>(limit);
  withFloatType(x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    T* const data = static_cast<T*>(x.data);
    forAllVectors(static_cast<int64_t>(x.length), [=](int64_t at, auto count) {
      store(data + at, atMost(atLeast(load(data + at, count), -bound), bound), count);
    });
  });
}

void adam(Buffer weight, Buffer gradient, Buffer m, Buffer v, AdamStep step) {
  const int64_t size = static_cast<int64_t>(weight.length);
  float* const w = checkedFloats(weight, size, "weight");
  const float* const g = checkedFloats(gradient, size, "gradient");
  float* const first = checkedFloats(m, size, "m");
  float* const second = checkedFloats(v, size, "v");
  checkAtLeast(step.step, 1.0, "step");
  checkAtLeast(step.epsilon, 0.0, "epsilon");

  const double correction1 = 1.0 - std::pow(step.beta1, step.step);
  const double correction2 = 1.0 - std::pow(step.beta2, step.step);
  const Vec beta1 = splat(static_cast<float>(step.beta1)), rest1 = splat(static_cast<float>(1.0 - step.beta1));
  const Vec beta2 = splat(static_cast<float>(step.beta2)), rest2 = splat(static_cast<float>(1.0 - step.beta2));
  const Vec stepSize = splat(static_cast<float>(-step.learningRate / correction1));
  const Vec inverseRoot = splat(static_cast<float>(1.0 / std::sqrt(correction2)));
  const Vec epsilon = splat(static_cast<float>(step.epsilon));
  const Vec coupled = splat(step.decoupledWeightDecay ? 0.0f : static_cast<float>(step.weightDecay));
  const Vec kept =
      splat(step.decoupledWeightDecay ? static_cast<float>(1.0 - step.learningRate * step.weightDecay) : 1.0f);

  forAllVectors(size, [=](int64_t at, auto count) {
    const Vec value = load(w + at, count) * kept;
    const Vec grad = fma(coupled, value, load(g + at, count));
    const Vec mean = fma(load(first + at, count), beta1, grad * rest1);
    const Vec square = fma(load(second + at, count), beta2, grad * grad * rest2);
    store(first + at, mean, count);
    store(second + at, square, count);
    const Vec denominator = fma(sqrt(square), inverseRoot, epsilon);
    store(w + at, fma(stepSize, mean / denominator, value), count);
  });
}

void sgd(Buffer weight, Buffer gradient, OptionalBuffer momentum, SgdStep step) {
  const int64_t size = static_cast<int64_t>(weight.length);
  float* const w = checkedFloats(weight, size, "weight");
  const float* const g = checkedFloats(gradient, size, "gradient");
  float* const velocity = optionalFloats(momentum, size, "momentum");
  if (velocity == nullptr && step.momentum != 0.0) {
    fail("momentum is %g but there is no momentum storage", step.momentum);
  }

  const Vec rate = splat(static_cast<float>(-step.learningRate));
  const Vec decay = splat(static_cast<float>(step.weightDecay));
  const Vec factor = splat(static_cast<float>(step.momentum));
  const bool first = step.first, nesterov = step.nesterov;
  forAllVectors(size, [=](int64_t at, auto count) {
    const Vec value = load(w + at, count);
    Vec grad = fma(decay, value, load(g + at, count));
    if (velocity != nullptr) {
      const Vec speed = first ? grad : fma(factor, load(velocity + at, count), grad);
      store(velocity + at, speed, count);
      grad = nesterov ? fma(factor, speed, grad) : speed;
    }
    store(w + at, fma(rate, grad, value), count);
  });
}

void movingAverage(Buffer average, Buffer weight, double decay) {
  const int64_t size = static_cast<int64_t>(average.length);
  float* const out = checkedFloats(average, size, "average");
  const float* const in = checkedFloats(weight, size, "weight");
  const Vec kept = splat(static_cast<float>(decay)), added = splat(static_cast<float>(1.0 - decay));
  forAllVectors(size, [=](int64_t at, auto count) {
    store(out + at, fma(load(out + at, count), kept, load(in + at, count) * added), count);
  });
}

}  // namespace kernels
}  // namespace INKSTONE_ISA
}  // namespace inkstone
