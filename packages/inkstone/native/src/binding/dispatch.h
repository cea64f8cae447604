// Which instruction set's kernels run.
#pragma once

#include "kernels/list.h"

namespace inkstone {

/// The chosen table: INKSTONE_ISA from the environment, or else the best this machine runs.
const Kernels& kernels();

/// Chooses by name: "generic", "avx2", "avx512", or "auto". Throws ArgumentError when the machine or the build has no
/// such thing.
void selectKernels(const char* name);

}  // namespace inkstone
