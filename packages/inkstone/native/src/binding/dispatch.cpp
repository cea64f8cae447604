#include "binding/dispatch.h"

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <string>

#include "base/check.h"

#if defined(INKSTONE_X64)
#include <cpuid.h>
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif
#elif defined(INKSTONE_NEONBF16)
#if defined(__APPLE__)
// From <sys/sysctl.h>, which `npm run check:clang` lacks.
extern "C" int sysctlbyname(const char* name, void* value, size_t* size, void* newValue, size_t newSize);
#elif defined(__linux__)
#include <sys/auxv.h>
#endif
#endif

namespace inkstone {

#if !defined(INKSTONE_ARM64)
namespace generic {
extern const Kernels table;
}
#endif
#if defined(INKSTONE_X64)
namespace avx2 {
extern const Kernels table;
}
namespace avx512 {
extern const Kernels table;
}
#endif
#if defined(INKSTONE_AVX512BF16)
namespace avx512bf16 {
extern const Kernels table;
}
#endif
#if defined(INKSTONE_AMX)
namespace amx {
extern const Kernels table;
}
#endif
#if defined(INKSTONE_ARM64)
namespace neon {
extern const Kernels table;
}
#endif
#if defined(INKSTONE_NEONBF16)
namespace neonbf16 {
extern const Kernels table;
}
#endif

namespace {

#if defined(INKSTONE_X64)
/// The registers that the operating system keeps over a task switch, as bits of XCR0.
unsigned keptRegisters() {
  constexpr unsigned kSaveEnabled = 1u << 27;
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (!__get_cpuid(1, &a, &b, &c, &d) || (c & kSaveEnabled) == 0) return 0;
  unsigned low = 0, high = 0;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

struct Features {
  unsigned a = 0, b = 0, c = 0, d = 0;
};

/// Feature bits of leaf 7.
Features extendedFeatures(unsigned part = 0) {
  Features f;
  return __get_cpuid_count(7, part, &f.a, &f.b, &f.c, &f.d) ? f : Features{};
}

bool hasAll(unsigned bits, unsigned needed) { return (bits & needed) == needed; }

/// AVX2, FMA and F16C.
bool machineHasAvx2() {
  constexpr unsigned kFma = 1u << 12, kAvx = 1u << 28, kF16c = 1u << 29;
  constexpr unsigned kAvx2 = 1u << 5;
  constexpr unsigned kWideState = 0x6;
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid(1, &a, &b, &c, &d) && hasAll(c, kFma | kAvx | kF16c) && hasAll(extendedFeatures().b, kAvx2) &&
         hasAll(keptRegisters(), kWideState);
}

/// F, DQ, BW and VL on top of that: every processor since Skylake-X and Zen 4 that has AVX-512 at all.
bool machineHasAvx512() {
  constexpr unsigned kFoundation = 1u << 16, kDq = 1u << 17, kBw = 1u << 30, kVl = 1u << 31;
  constexpr unsigned kWidestState = 0xe6;
  return machineHasAvx2() && hasAll(extendedFeatures().b, kFoundation | kDq | kBw | kVl) &&
         hasAll(keptRegisters(), kWidestState);
}

/// Intel's processors take twice as long for vdpbf16ps as for a fused multiplication of as many fp32 products: nothing is won.
bool multipliesHalvesQuickly() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  char name[12] = {};
  if (!__get_cpuid(0, &a, &b, &c, &d)) return false;
  std::memcpy(name, &b, 4);
  std::memcpy(name + 4, &d, 4);
  std::memcpy(name + 8, &c, 4);
  return std::memcmp(name, "AuthenticAMD", sizeof name) == 0;
}

bool machineHasAvx512Bf16() {
  constexpr unsigned kBf16 = 1u << 5;
  return machineHasAvx512() && extendedFeatures().a >= 1 && hasAll(extendedFeatures(1).a, kBf16);
}

/// Linux gives a process the tile registers when it asks for them, before its first instruction that uses one; all of its
/// threads have them then.
bool tilesArePermitted() {
#if defined(__linux__)
  constexpr long kRequestPermission = 0x1023, kTileData = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
  static const bool permitted = syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
  return permitted;
#else
  return false;
#endif
}

bool machineHasAmx() {
  constexpr unsigned kAmxBf16 = 1u << 22, kAmxTile = 1u << 24;
  constexpr unsigned kTileState = 0x60000;
  return machineHasAvx512Bf16() && hasAll(extendedFeatures().d, kAmxBf16 | kAmxTile) &&
         hasAll(keptRegisters(), kTileState) && tilesArePermitted();
}
#endif

#if defined(INKSTONE_NEONBF16)
bool machineHasNeonBf16() {
#if defined(__APPLE__)
  int has = 0;
  size_t size = sizeof has;
  return sysctlbyname("hw.optional.arm.FEAT_BF16", &has, &size, nullptr, 0) == 0 && has != 0;
#elif defined(__linux__)
  constexpr unsigned long kBf16 = 1ul << 14;  // HWCAP2_BF16
  return (getauxval(AT_HWCAP2) & kBf16) != 0;
#else
  return false;
#endif
}
#endif

bool always() { return true; }
bool never() { return false; }

struct Choice {
  const Kernels* table;
  bool (*runsHere)();
  bool (*multipliesHalves)();
};

/// Best first.
const Choice choices[] = {
#if defined(INKSTONE_AMX)
    {&amx::table, machineHasAmx, always},
#endif
#if defined(INKSTONE_AVX512BF16)
    {&avx512bf16::table, machineHasAvx512Bf16, multipliesHalvesQuickly},
#endif
#if defined(INKSTONE_X64)
    {&avx512::table, machineHasAvx512, never},
    {&avx2::table, machineHasAvx2, never},
#endif
#if defined(INKSTONE_NEONBF16)
    {&neonbf16::table, machineHasNeonBf16, always},
#endif
#if defined(INKSTONE_ARM64)
    {&neon::table, always, never},  // every 64-bit Arm processor has it
#else
    {&generic::table, always, never},
#endif
};

const Kernels& find(const char* name) {
  const bool best = std::strcmp(name, "auto") == 0 || name[0] == '\0';
  for (const Choice& choice : choices) {
    if (!best && std::strcmp(name, choice.table->isa) != 0) continue;
    if (choice.runsHere()) return *choice.table;
    if (!best) fail("INKSTONE_ISA=%s: this machine does not have it", name);
  }
  std::string names = "auto";
  for (const Choice& choice : choices) names += std::string(", ") + choice.table->isa;
  fail("INKSTONE_ISA=%s: there is no such instruction set in this build; it has %s", name, names.c_str());
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

bool multipliesHalves() {
  const Kernels* const table = &kernels();
  for (const Choice& choice : choices) {
    if (choice.table == table) return choice.multipliesHalves();
  }
  return false;
}

}  // namespace inkstone
