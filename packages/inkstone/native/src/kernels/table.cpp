#include "kernels/list.h"

namespace inkstone {
namespace INKSTONE_ISA {

#define INKSTONE_STRING(text) #text
#define INKSTONE_NAME(macro) INKSTONE_STRING(macro)
#define INKSTONE_ENTRY(name, parameters) kernels::name,

extern const Kernels table;
const Kernels table = {INKSTONE_NAME(INKSTONE_ISA), INKSTONE_KERNELS(INKSTONE_ENTRY)};

}  // namespace INKSTONE_ISA
}  // namespace inkstone
