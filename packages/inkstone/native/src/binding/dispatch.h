// Which instruction set's kernels run.
#pragma once

#include "kernels/list.h"

namespace inkstone {

/// The chosen table: INKSTONE_ISA from the environment, or else the best this machine runs.
const Kernels& kernels();

/// Whether they are faster when they multiply halves.
bool multipliesHalves();

/// Chooses by name: "auto", on arm64 "neon", elsewhere "generic", on x64 "avx2", "avx512", "avx512bf16" or "amx" too. Throws
/// ArgumentError when the machine or the build has no such thing.
void selectKernels(const char* name);

}  // namespace inkstone
