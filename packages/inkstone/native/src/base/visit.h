// From run-time types and activations to compiled ones.
#pragma once

#include "base/check.h"
#include "base/simd.h"

namespace inkstone {
namespace INKSTONE_ISA {

template <class T>
struct TypeTag {
  using type = T;
};

/// fn(TypeTag<T>) with the storage type, which must be one of the three float types.
template <class Function>
inline void withFloatType(DType dtype, const Function& fn) {
  switch (dtype) {
    case DType::float32: return fn(TypeTag<float>{});
    case DType::float16: return fn(TypeTag<Half>{});
    case DType::bfloat16: return fn(TypeTag<BFloat16>{});
    case DType::uint8:
    case DType::float64: break;
  }
  fail("the operation needs a float type of at most 32 bits, not %s", nameOf(dtype));
}

/// The one number of a storage.
inline float scalarOf(const Buffer& buffer, const char* name) {
  checkSize(buffer, 1, name);
  float value = 0.0f;
  withFloatType(buffer.dtype, [&](auto tag) {
    value = toFloat(*static_cast<const typename decltype(tag)::type*>(buffer.data));
  });
  return value;
}

template <Activation A>
struct ActivationTag {
  static constexpr Activation value = A;
};

/// fn(ActivationTag<A>) with the activation.
template <class Function>
inline void withActivation(Activation kind, const Function& fn) {
  switch (kind) {
    case Activation::identity: return fn(ActivationTag<Activation::identity>{});
    case Activation::relu: return fn(ActivationTag<Activation::relu>{});
    case Activation::hardSwish: return fn(ActivationTag<Activation::hardSwish>{});
    case Activation::hardSigmoid: return fn(ActivationTag<Activation::hardSigmoid>{});
    case Activation::sigmoid: return fn(ActivationTag<Activation::sigmoid>{});
  }
  fail("unknown activation %d", static_cast<int>(kind));
}

inline Vec sigmoid(Vec x) { return splat(1.0f) / (splat(1.0f) + exp(-x)); }

template <Activation A>
inline Vec activate(Vec x) {
  if constexpr (A == Activation::relu) return atLeast(x, 0.0f);
  if constexpr (A == Activation::hardSwish) return x * atMost(atLeast(x + 3.0f, 0.0f), 6.0f) * (1.0f / 6.0f);
  if constexpr (A == Activation::hardSigmoid) return atMost(atLeast(x + 3.0f, 0.0f), 6.0f) * (1.0f / 6.0f);
  if constexpr (A == Activation::sigmoid) return sigmoid(x);
  return x;
}

/// dy · f'(x), at the kinks as PyTorch has it.
template <Activation A>
inline Vec activationGradient(Vec x, Vec dy) {
  if constexpr (A == Activation::relu) return select(x > zero(), dy, zero());
  if constexpr (A == Activation::hardSwish) {
    const Vec inner = select(x > splat(3.0f), dy, dy * fma(x, splat(1.0f / 3.0f), splat(0.5f)));
    return select(x < splat(-3.0f), zero(), inner);
  }
  if constexpr (A == Activation::hardSigmoid) {
    return select((x > splat(-3.0f)) & (x < splat(3.0f)), dy * (1.0f / 6.0f), zero());
  }
  if constexpr (A == Activation::sigmoid) {
    const Vec s = sigmoid(x);
    return dy * s * (splat(1.0f) - s);
  }
  return dy;
}

inline Vec activate(Activation kind, Vec x) {
  switch (kind) {
    case Activation::identity: return x;
    case Activation::relu: return activate<Activation::relu>(x);
    case Activation::hardSwish: return activate<Activation::hardSwish>(x);
    case Activation::hardSigmoid: return activate<Activation::hardSigmoid>(x);
    case Activation::sigmoid: return activate<Activation::sigmoid>(x);
  }
  return x;
}

}  // namespace INKSTONE_ISA
}  // namespace inkstone
