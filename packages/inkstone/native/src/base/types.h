// Plain types that the addon's parts agree on. No code that depends on an instruction set may live here.
#pragma once

#include <cstddef>
#include <cstdint>

namespace inkstone {

/// Storage types, in the order of the codes that TypeScript sends.
enum class DType : int { float32 = 0, float16 = 1, bfloat16 = 2, uint8 = 3, float64 = 4 };

/// IEEE binary16 as it lies in memory.
struct Half {
  uint16_t bits;
};

/// The upper half of an IEEE binary32.
struct BFloat16 {
  uint16_t bits;
};

constexpr size_t bytesPerElement(DType dtype) {
  switch (dtype) {
    case DType::float64: return 8;
    case DType::float32: return 4;
    case DType::uint8: return 1;
    default: return 2;
  }
}

enum class Activation : int { identity = 0, relu = 1, hardSwish = 2, hardSigmoid = 3, sigmoid = 4 };

/// A storage as the handle table knows it: unchecked against any shape. `data` is null when no storage was given.
struct Buffer {
  void* data = nullptr;
  DType dtype = DType::float32;
  size_t length = 0;  // elements

  explicit operator bool() const { return data != nullptr; }
};

/// A storage that may be left out.
struct OptionalBuffer : Buffer {};

/// activation(scale[c] * x + shift[c]), applied as an element is read. `scale` is null when there is none.
struct ChannelAffine {
  const float* scale = nullptr;
  const float* shift = nullptr;
  Activation activation = Activation::identity;

  explicit operator bool() const { return scale != nullptr; }
};

/// An input whose size was checked: what kernels read.
struct Operand {
  const void* data = nullptr;
  DType dtype = DType::float32;
  ChannelAffine affine;
};

/// An input as it comes from JavaScript; `checked` (check.h) turns it into an Operand.
struct Source {
  Buffer buffer;
  OptionalBuffer scale;
  OptionalBuffer shift;
  Activation activation = Activation::identity;
};

struct ChannelsShape {
  int64_t rows;
  int64_t channels;

  int64_t size() const { return rows * channels; }
};

struct ImageShape {
  int64_t batch;
  int64_t height;
  int64_t width;
  int64_t channels;

  int64_t pixels() const { return batch * height * width; }
  int64_t size() const { return pixels() * channels; }
};

/// As ConvGeometry in src/tensor/backend.ts.
struct ConvGeometry {
  int64_t batch;
  int64_t inHeight;
  int64_t inWidth;
  int64_t inChannels;
  int64_t outHeight;
  int64_t outWidth;
  int64_t outChannels;
  int64_t kernel;
  int64_t stride;
  int64_t padding;
  int64_t groups;

  int64_t inSize() const { return batch * inHeight * inWidth * inChannels; }
  int64_t outSize() const { return batch * outHeight * outWidth * outChannels; }
  int64_t weightSize() const { return outChannels * (inChannels / groups) * kernel * kernel; }
};

/// As UpConvGeometry in src/tensor/backend.ts.
struct UpConvGeometry {
  int64_t batch;
  int64_t inHeight;
  int64_t inWidth;
  int64_t inChannels;
  int64_t outChannels;

  int64_t inSize() const { return batch * inHeight * inWidth * inChannels; }
  int64_t outSize() const { return batch * inHeight * inWidth * 4 * outChannels; }
  int64_t weightSize() const { return inChannels * outChannels * 4; }
};

}  // namespace inkstone
