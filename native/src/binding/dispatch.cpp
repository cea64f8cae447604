#include "binding/dispatch.h"

#include <atomic>
#include <cstdlib>
#include <cstring>

#include "base/check.h"

#if defined(INKSTONE_HAS_AVX2)
#include <cpuid.h>
#endif

namespace inkstone {

namespace generic {
extern const Kernels table;
}
#if defined(INKSTONE_HAS_AVX2)
namespace avx2 {
extern const Kernels table;
}
#endif

namespace {

#if defined(INKSTONE_HAS_AVX2)
/// AVX2, FMA and F16C in the processor, and an operating system that keeps the wide registers.
bool machineHasAvx2() {
  constexpr unsigned kFma = 1u << 12, kSaveEnabled = 1u << 27, kAvx = 1u << 28, kF16c = 1u << 29;
  constexpr unsigned kAvx2 = 1u << 5, kWideState = 6;
  unsigned a = 0, b = 0, c = 0, d = 0;
  constexpr unsigned kNeeded = kFma | kSaveEnabled | kAvx | kF16c;
  if (!__get_cpuid(1, &a, &b, &c, &d) || (c & kNeeded) != kNeeded) return false;
  unsigned low = 0, high = 0;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  if ((low & kWideState) != kWideState) return false;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & kAvx2) != 0;
}
#endif

const Kernels& best() {
#if defined(INKSTONE_HAS_AVX2)
  if (machineHasAvx2()) return avx2::table;
#endif
  return generic::table;
}

const Kernels& find(const char* name) {
  if (std::strcmp(name, "auto") == 0 || name[0] == '\0') return best();
  if (std::strcmp(name, generic::table.isa) == 0) return generic::table;
#if defined(INKSTONE_HAS_AVX2)
  if (std::strcmp(name, avx2::table.isa) == 0) {
    if (!machineHasAvx2()) fail("INKSTONE_ISA=%s: this machine does not have it", name);
    return avx2::table;
  }
#endif
  fail("INKSTONE_ISA=%s: there is no such instruction set in this build; use auto, generic or avx2", name);
}

std::atomic<const Kernels*> chosen{nullptr};

}  // namespace

void selectKernels(const char* name) { chosen = &find(name); }

const Kernels& kernels() {
  const Kernels* table = chosen.load(std::memory_order_relaxed);
  if (table == nullptr) {
    const char* const wish = std::getenv("INKSTONE_ISA");
    selectKernels(wish == nullptr ? "auto" : wish);
    table = chosen.load(std::memory_order_relaxed);
  }
  return *table;
}

}  // namespace inkstone
