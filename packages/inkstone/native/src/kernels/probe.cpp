// What the processor can do at most: nothing but multiply-adds on registers, to measure other kernels against.
#include "base/check.h"
#include "base/parallel.h"
#include "base/simd.h"
#include "kernels/list.h"

namespace inkstone {
namespace INKSTONE_ISA {
namespace {

#if defined(__AVX512F__)
constexpr int kWideLanes = 16;
#else
constexpr int kWideLanes = kLanes;
#endif
typedef float WideVec __attribute__((vector_size(kWideLanes * sizeof(float))));

/// As many independent chains as hide the latency of one, and as fit into 16 registers beside two constants.
constexpr int kChains = 12;
constexpr int64_t kBlock = kChains * kWideLanes;
constexpr int64_t kMostRounds = int64_t{1} << 20;

}  // namespace

namespace kernels {

void multiplyAdd(Buffer x, double factor, double addend, int64_t rounds) {
  const int64_t size = static_cast<int64_t>(x.length);
  float* const data = checkedFloats(x, size, "x");
  if (rounds < 0 || rounds > kMostRounds) fail("%lld rounds", static_cast<long long>(rounds));
  const float a = static_cast<float>(factor), b = static_cast<float>(addend);
  const int64_t blocks = ceilDivide(size, kBlock);
  parallelFor(blocks, [=](int64_t block, int) {
    float* const here = data + block * kBlock;
    const int64_t count = size - block * kBlock < kBlock ? size - block * kBlock : kBlock;
    WideVec chains[kChains] = {};
    std::memcpy(chains, here, static_cast<size_t>(count) * sizeof(float));
    const WideVec scale = a - WideVec{}, shift = b - WideVec{};
    for (int64_t round = 0; round < rounds; round++) {
#pragma GCC unroll 12
      for (int chain = 0; chain < kChains; chain++) chains[chain] = chains[chain] * scale + shift;
    }
    std::memcpy(here, chains, static_cast<size_t>(count) * sizeof(float));
  });
}

}  // namespace kernels
}  // namespace INKSTONE_ISA
}  // namespace inkstone
