// Every pointer a kernel touches passes here first: size and type are checked, and what is wrong becomes a JavaScript
// error instead of a crash.
#pragma once

#include <stdexcept>

#include "base/types.h"

namespace inkstone {

/// Becomes a JavaScript error with this message.
class ArgumentError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Formats like printf and throws ArgumentError.
[[noreturn]] void fail(const char* format, ...) __attribute__((format(printf, 1, 2)));

const char* nameOf(DType dtype);

/// Checks that `buffer` is there and holds at least `elements`.
void checkSize(const Buffer& buffer, int64_t elements, const char* name);

void checkAtLeast(double value, double least, const char* name);

/// Checks size and type, and gives the pointer.
void* checkedData(const Buffer& buffer, DType dtype, int64_t elements, const char* name);

inline float* checkedFloats(const Buffer& buffer, int64_t elements, const char* name) {
  return static_cast<float*>(checkedData(buffer, DType::float32, elements, name));
}

/// Null when the buffer was not given.
inline float* optionalFloats(const Buffer& buffer, int64_t elements, const char* name) {
  return buffer ? checkedFloats(buffer, elements, name) : nullptr;
}

/// An operand of `elements` elements and `channels` channels; must be one of the three float types.
Operand checked(const Source& source, int64_t elements, int64_t channels, const char* name);

void check(const ChannelsShape& shape);
void check(const ImageShape& shape);
void check(const ConvGeometry& geometry);
void check(const UpConvGeometry& geometry);

}  // namespace inkstone
