// The gradient of 3×3 weights in Winograd's form: the transpose of every step that `correlate` takes in that form.
#pragma once

#include "conv/weight_gradient.h"

namespace inkstone {
namespace INKSTONE_ISA {

/// For problems that `winogradFits`.
void winogradWeightGradient(const WeightGradient& problem);

}  // namespace INKSTONE_ISA
}  // namespace inkstone
