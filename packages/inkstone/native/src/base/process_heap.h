// The C library's own heap, which everybody in this process shares: JavaScript's runtime, the image library, the kernels.
#pragma once

namespace inkstone {

/// What is freed goes back to the system soon, instead of being kept ready for each thread. For programs that do nothing but train.
/// Without effect where the C library is not glibc.
void keepLittle();

}  // namespace inkstone
