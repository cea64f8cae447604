// What the processor can do at most: nothing but multiplications and additions on registers, to measure other kernels against.
#include "base/check.h"
#include "base/parallel.h"
#include "base/simd.h"
#include "conv/half_tile.h"
#include "conv/tile_row.h"
#include "kernels/list.h"

namespace inkstone {
namespace INKSTONE_ISA {
namespace {

/// As many independent chains as hide the latency of one, and as fit into 16 registers beside two constants.
constexpr int kChains = 12;
constexpr int64_t kMostRounds = int64_t{1} << 20;

void checkRounds(int64_t rounds) {
  if (rounds < 0 || rounds > kMostRounds) fail("%lld rounds", static_cast<long long>(rounds));
}

/// body(block) for blocks of SIZE floats of x, filled up with zeros.
template <int64_t SIZE, class Body>
void forEachBlock(float* data, int64_t size, const Body& body) {
  parallelFor(ceilDivide(size, SIZE), [&](int64_t part, int) {
    float* const here = data + part * SIZE;
    const size_t bytes = static_cast<size_t>(std::min(size - part * SIZE, SIZE)) * sizeof(float);
    alignas(64) float block[SIZE] = {};
    std::memcpy(block, here, bytes);
    body(block);
    std::memcpy(here, block, bytes);
  });
}

/// Products that each element gains in a round: as many as AMX adds in one instruction.
constexpr int kProducts = 32;

#if defined(__AMX_BF16__)

/// Four tiles of sums of 16 rows of 16: what the convolutions keep, too.
void addProductsHere(float* data, int64_t size, BFloat16 factor, BFloat16 other, int64_t rounds) {
  constexpr int64_t kTile = kAmxRows * 16, kBlock = 4 * kTile;
  alignas(64) BFloat16 left[kTile * 2], right[kTile * 2];
  std::fill_n(left, kTile * 2, factor);
  std::fill_n(right, kTile * 2, other);
  forEachBlock<kBlock>(data, size, [&](float* sums) {
    const HalfUnit unit(kProducts);
    loadAmx<0>(sums, 64);
    loadAmx<1>(sums + kTile, 64);
    loadAmx<2>(sums + 2 * kTile, 64);
    loadAmx<3>(sums + 3 * kTile, 64);
    loadAmx<4>(left, 64);
    loadAmx<6>(right, 64);
    for (int64_t round = 0; round < rounds; round++) {
      multiplyAmx<0, 4, 6>();
      multiplyAmx<1, 4, 6>();
      multiplyAmx<2, 4, 6>();
      multiplyAmx<3, 4, 6>();
    }
    storeAmx<0>(sums, 64);
    storeAmx<1>(sums + kTile, 64);
    storeAmx<2>(sums + 2 * kTile, 64);
    storeAmx<3>(sums + 3 * kTile, 64);
  });
}

#else

void addProductsHere(float* data, int64_t size, BFloat16 factor, BFloat16 other, int64_t rounds) {
  forEachBlock<kChains * kLanes>(data, size, [=](float* block) {
    const BFloat16 left[2] = {factor, factor};
    BFloat16 right[2 * kLanes];
    std::fill_n(right, 2 * kLanes, other);
    Vec columns[kHalfVectors], sums[kChains];
#pragma GCC unroll 2
    for (int v = 0; v < kHalfVectors; v++) columns[v] = loadPairs(right);
#pragma GCC unroll 12
    for (int chain = 0; chain < kChains; chain++) sums[chain] = load(block + chain * kLanes);
    for (int64_t pair = 0; pair < rounds * kProducts / 2; pair++) {
#pragma GCC unroll 12
      for (int chain = 0; chain < kChains; chain += kHalfVectors) multiplyPair<kHalfVectors>(sums + chain, left, columns);
    }
#pragma GCC unroll 12
    for (int chain = 0; chain < kChains; chain++) store(block + chain * kLanes, sums[chain]);
  });
}

#endif

}  // namespace

namespace kernels {

void multiplyAdd(Buffer x, double factor, double addend, int64_t rounds) {
  const int64_t size = static_cast<int64_t>(x.length);
  float* const data = checkedFloats(x, size, "x");
  checkRounds(rounds);
  forEachBlock<kChains * kLanes>(data, size, [=](float* block) {
    float factors[kLanes], addends[kLanes];
    std::fill_n(factors, kLanes, static_cast<float>(factor));
    std::fill_n(addends, kLanes, static_cast<float>(addend));
    const Vec scale = load(factors), shift = load(addends);
    Vec chains[kChains];
#pragma GCC unroll 12
    for (int chain = 0; chain < kChains; chain++) chains[chain] = load(block + chain * kLanes);
    for (int64_t round = 0; round < rounds; round++) {
#pragma GCC unroll 12
      for (int chain = 0; chain < kChains; chain++) chains[chain] = fma(chains[chain], scale, shift);
    }
#pragma GCC unroll 12
    for (int chain = 0; chain < kChains; chain++) store(block + chain * kLanes, chains[chain]);
  });
}

void addProducts(Buffer x, double factor, double other, int64_t rounds) {
  const int64_t size = static_cast<int64_t>(x.length);
  float* const data = checkedFloats(x, size, "x");
  BFloat16 factors[2];
  fromFloat(static_cast<float>(factor), factors[0]);
  fromFloat(static_cast<float>(other), factors[1]);
  checkRounds(rounds);
  addProductsHere(data, size, factors[0], factors[1], rounds);
}

}  // namespace kernels
}  // namespace INKSTONE_ISA
}  // namespace inkstone
