#include "base/check.h"

#include <cstdarg>
#include <cstdio>

namespace inkstone {

void fail(const char* format, ...) {
  char message[256];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  throw ArgumentError(message);
}

const char* nameOf(DType dtype) {
  switch (dtype) {
    case DType::float32: return "float32";
    case DType::float16: return "float16";
    case DType::bfloat16: return "bfloat16";
    case DType::uint8: return "uint8";
    case DType::float64: return "float64";
  }
  return "unknown type";
}

void checkSize(const Buffer& buffer, int64_t elements, const char* name) {
  if (!buffer) fail("%s is missing", name);
  if (elements < 0 || static_cast<uint64_t>(elements) > buffer.length) {
    fail("%s holds %zu elements, the operation needs %lld", name, buffer.length, static_cast<long long>(elements));
  }
}

void checkAtLeast(double value, double least, const char* name) {
  if (!(value >= least)) fail("%s is %g, must be at least %g", name, value, least);
}

void* checkedData(const Buffer& buffer, DType dtype, int64_t elements, const char* name) {
  checkSize(buffer, elements, name);
  if (buffer.dtype != dtype) fail("%s is %s, the operation needs %s", name, nameOf(buffer.dtype), nameOf(dtype));
  return buffer.data;
}

Operand checked(const Source& source, int64_t elements, int64_t channels, const char* name) {
  checkSize(source.buffer, elements, name);
  if (source.buffer.dtype == DType::uint8) fail("%s is uint8, the operation needs a float type", name);
  Operand operand{source.buffer.data, source.buffer.dtype, {}};
  if (source.scale) {
    operand.affine.scale = checkedFloats(source.scale, channels, "the affine's scale");
    operand.affine.shift = checkedFloats(source.shift, channels, "the affine's shift");
    operand.affine.activation = source.activation;
  } else if (source.shift || source.activation != Activation::identity) {
    fail("%s has a shift or an activation but no scale", name);
  }
  return operand;
}

namespace {

/// Keeps products of four dimensions inside 63 bits.
constexpr int64_t kLargestDimension = int64_t{1} << 31;
constexpr int64_t kLargestSize = int64_t{1} << 40;
constexpr int64_t kLargestStep = 1024;  // stride and padding

void checkDimensions(const int64_t* dimensions, int count, const char* what) {
  int64_t size = 1;
  for (int i = 0; i < count; i++) {
    if (dimensions[i] < 1 || dimensions[i] > kLargestDimension || size > kLargestSize / dimensions[i]) {
      fail("%s: dimension %d is %lld", what, i, static_cast<long long>(dimensions[i]));
    }
    size *= dimensions[i];
  }
}

}  // namespace

void check(const ChannelsShape& shape) {
  const int64_t dimensions[] = {shape.rows, shape.channels};
  checkDimensions(dimensions, 2, "[rows, channels]");
}

void check(const ImageShape& shape) {
  const int64_t dimensions[] = {shape.batch, shape.height, shape.width, shape.channels};
  checkDimensions(dimensions, 4, "[N, H, W, C]");
}

void check(const ConvGeometry& g) {
  const int64_t in[] = {g.batch, g.inHeight, g.inWidth, g.inChannels};
  const int64_t out[] = {g.batch, g.outHeight, g.outWidth, g.outChannels};
  const int64_t weight[] = {g.outChannels, g.inChannels, g.kernel, g.kernel};
  checkDimensions(in, 4, "convolution input");
  checkDimensions(out, 4, "convolution output");
  checkDimensions(weight, 4, "convolution weight");
  if (g.stride < 1 || g.stride > kLargestStep || g.padding < 0 || g.padding > kLargestStep) {
    fail("convolution: stride or padding out of range");
  }
  if (g.groups != 1 && (g.groups != g.inChannels || g.groups != g.outChannels)) {
    fail("convolution: groups must be 1 or equal to both channel counts, got %lld", static_cast<long long>(g.groups));
  }
  const int64_t outHeight = (g.inHeight + 2 * g.padding - g.kernel) / g.stride + 1;
  const int64_t outWidth = (g.inWidth + 2 * g.padding - g.kernel) / g.stride + 1;
  if (g.inHeight + 2 * g.padding < g.kernel || g.inWidth + 2 * g.padding < g.kernel || outHeight != g.outHeight ||
      outWidth != g.outWidth) {
    fail("convolution: an input of %lldx%lld does not give an output of %lldx%lld", static_cast<long long>(g.inHeight),
         static_cast<long long>(g.inWidth), static_cast<long long>(g.outHeight), static_cast<long long>(g.outWidth));
  }
}

void check(const UpConvGeometry& g) {
  const int64_t in[] = {g.batch, g.inHeight, g.inWidth, g.inChannels};
  const int64_t out[] = {g.batch, 2 * g.inHeight, 2 * g.inWidth, g.outChannels};
  checkDimensions(in, 4, "transposed convolution input");
  checkDimensions(out, 4, "transposed convolution output");
}

}  // namespace inkstone
