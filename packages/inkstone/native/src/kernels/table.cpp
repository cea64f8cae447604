#include "kernels/list.h"

namespace inkstone {
namespace INKSTONE_ISA {

#ifndef INKSTONE_BASE_ISA
#define INKSTONE_BASE_ISA INKSTONE_ISA
#endif
#define INKSTONE_STRING(text) #text
#define INKSTONE_NAME(macro) INKSTONE_STRING(macro)
#define INKSTONE_OTHER(name, parameters) inkstone::INKSTONE_BASE_ISA::kernels::name,
#define INKSTONE_ENTRY(name, parameters) kernels::name,

extern const Kernels table;
const Kernels table = {INKSTONE_NAME(INKSTONE_ISA),
                       INKSTONE_OTHERS(INKSTONE_OTHER) INKSTONE_CONVOLUTIONS(INKSTONE_ENTRY)};

}  // namespace INKSTONE_ISA
}  // namespace inkstone
