// Balanced cross entropy of the DB loss: all positives and the hardest negatives, exactly, whatever the thread count.
#include <cmath>
#include <initializer_list>

#include "kernels/list.h"
#include "kernels/maps.h"

namespace inkstone {
namespace INKSTONE_ISA {
namespace {

/// Keys that order as the floats do, −0 with +0, and NaN above everything: a NaN must reach the loss, not hide. No
/// float has the key 0.
inline IntVec orderKeys(Vec values) {
  const IntVec bits = (IntVec)(values + 0.0f);
  const IntVec keys = bits ^ ((bits >> 31) | INT32_MIN);
  return keys | (values != values);
}

inline float valueOfKey(uint32_t key) { return floatOf(key & 0x80000000u ? key & 0x7fffffffu : ~key); }

/// Where a cut runs through values: all that are larger are taken, and the first `ties` of those equal to it.
struct Cut {
  float value;
  int64_t ties;
};

/// One digit of a radix selection: the keys of each part are counted by `bits` bits from `shift` on.
struct Digit {
  int shift;
  int bits;

  uint32_t mask() const { return (1u << bits) - 1; }
  uint32_t of(uint32_t key) const { return key >> shift & mask(); }
};

constexpr Digit kDigits[] = {{21, 11}, {10, 11}, {0, 10}};
constexpr int64_t kBins = 2048;

/// The bin in which the `wanted`-th largest key lies; `wanted` is left as its place within the bin.
uint32_t findBin(const uint32_t* histograms, int64_t parts, const Digit& digit, int64_t& wanted) {
  for (uint32_t bin = digit.mask();; bin--) {
    int64_t count = 0;
    for (int64_t part = 0; part < parts; part++) count += histograms[part * kBins + bin];
    if (count >= wanted || bin == 0) return bin;
    wanted -= count;
  }
}

/// Softplus(y) = −log of the probability of a label, and sigmoid(y), from one exponential. log(1 + e) for e in [0, 1]
/// is 2 artanh(e / (2 + e)), whose argument is at most a third.
inline Vec softplus(Vec y, Vec& sigmoidOut) {
  const Vec e = exp(-abs(y));
  const Vec one = splat(1.0f);
  const Vec inverse = one / (one + e);
  sigmoidOut = select(y < zero(), e * inverse, inverse);
  const Vec s = e / (e + 2.0f);
  const Vec q = s * s;
  Vec series = splat(1.0f / 15.0f);
  for (const float odd : {13.0f, 11.0f, 9.0f, 7.0f, 5.0f, 3.0f}) series = fma(series, q, splat(1.0f / odd));
  return fma(2.0f * s, fma(series, q, one), atLeast(y, 0.0f));
}

template <class Map, class MaskMap>
void balancedCrossEntropyOf(const float* logits, const Map* gt, const MaskMap* mask, int64_t size, double negativeRatio,
                            double epsilon, float* gradient, const Loss& result) {
  const int64_t parts = ceilDivide(size, kElementsPerPart);
  struct Part {
    int64_t positives;
    int64_t negatives;
    int64_t candidates;
    int64_t ties;
    double loss;
  };
  const Scratch<Part> state(parts);
  const Scratch<uint32_t> histograms(parts * kBins);
  // The key of each negative, 0 for every other element.
  const Scratch<uint32_t> keys(size + kLanes);
  const auto at = [&](int64_t part) -> Part& { return state[static_cast<size_t>(part)]; };
  const auto binsOf = [&](int64_t part) { return histograms.data() + part * kBins; };

  parallelFor(parts, [&](int64_t part, int) {
    uint32_t* const bins = binsOf(part);
    std::memset(bins, 0, kBins * sizeof(uint32_t));
    IntVec positives{}, negatives{};
    const int64_t begin = part * kElementsPerPart, end = partEnd(part, size);
    forVectors({begin, end}, [&](int64_t i, auto lanes) {
      const IntVec inMask = load(mask + i, lanes) != zero();
      const IntVec isText = load(gt + i, lanes) != zero();
      positives -= inMask & isText;
      negatives -= inMask & ~isText;
      const IntVec found = orderKeys(load(logits + i, lanes)) & inMask & ~isText;
      std::memcpy(keys.data() + i, &found, sizeof found);
    });
    for (int64_t i = begin; i < end; i++) bins[kDigits[0].of(keys[static_cast<size_t>(i)])]++;
    at(part) = {0, 0, 0, 0, 0.0};
    for (int lane = 0; lane < kLanes; lane++) {
      at(part).positives += positives[lane];
      at(part).negatives += negatives[lane];
    }
    bins[0] -= static_cast<uint32_t>(end - begin - at(part).negatives);
  });
  int64_t positives = 0, negatives = 0;
  for (int64_t part = 0; part < parts; part++) {
    positives += at(part).positives;
    negatives += at(part).negatives;
  }
  const double allowed = std::floor(static_cast<double>(positives) * negativeRatio);
  const int64_t hardest = allowed < static_cast<double>(negatives) ? static_cast<int64_t>(allowed) : negatives;

  // Softplus rises with the logit, so the hardest negatives are those with the largest logits.
  Cut cut{};
  const bool takesSome = hardest > 0 && hardest < negatives;
  if (takesSome) {
    int64_t wanted = hardest;
    uint32_t prefix = findBin(histograms.data(), parts, kDigits[0], wanted);
    // The keys of that bin, gathered at the head of each part: the other digits look at nothing else.
    parallelFor(parts, [&](int64_t part, int) {
      uint32_t* const list = keys.data() + part * kElementsPerPart;
      const int64_t length = partEnd(part, size) - part * kElementsPerPart;
      int64_t count = 0;
      for (int64_t i = 0; i < length; i++) {
        const uint32_t key = list[i];
        list[count] = key;
        count += (kDigits[0].of(key) == prefix) & (key != 0);
      }
      at(part).candidates = count;
    });
    uint32_t key = prefix << kDigits[0].shift;
    for (const Digit& digit : {kDigits[1], kDigits[2]}) {
      parallelFor(parts, [&](int64_t part, int) {
        const uint32_t* const list = keys.data() + part * kElementsPerPart;
        uint32_t* const bins = binsOf(part);
        std::memset(bins, 0, kBins * sizeof(uint32_t));
        const int known = digit.shift + digit.bits;
        for (int64_t i = 0; i < at(part).candidates; i++) bins[digit.of(list[i])] += list[i] >> known == key >> known;
      });
      key |= findBin(histograms.data(), parts, digit, wanted) << digit.shift;
    }
    cut = {valueOfKey(key), wanted};
    // The lowest indices come first: each part learns how many of the ties it may take.
    int64_t left = cut.ties;
    for (int64_t part = 0; part < parts; part++) {
      const int64_t ties = binsOf(part)[kDigits[2].of(key)];
      at(part).ties = ties < left ? ties : left;
      left -= at(part).ties;
    }
  }

  const double count = result.kept(static_cast<double>(positives + hardest) + epsilon);
  const Vec inverseCount = splat(static_cast<float>(1.0 / count));
  const Vec bound = splat(cut.value);
  const bool takesAll = hardest == negatives;
  constexpr int64_t kRun = 512;  // elements summed in fp32 before their sum goes to double
  parallelFor(parts, [&](int64_t part, int) {
    double loss = 0.0;
    int64_t ties = at(part).ties;
    const int64_t end = partEnd(part, size);
    for (int64_t begin = part * kElementsPerPart; begin < end; begin += kRun) {
      Vec sums = zero();
      forVectors({begin, begin + kRun < end ? begin + kRun : end}, [&](int64_t i, auto lanes) {
        const Vec x = load(logits + i, lanes);
        const IntVec inMask = load(mask + i, lanes) != zero();
        const IntVec isText = load(gt + i, lanes) != zero();
        const IntVec positive = inMask & isText;
        const IntVec negative = inMask & ~isText;
        IntVec taken = positive;
        if (takesAll) {
          taken |= negative;
        } else if (takesSome) {
          taken |= negative & ~(x <= bound);  // true for NaN
          const IntVec tied = negative & (x == bound);
          for (int lane = 0; ties > 0 && lane < kLanes; lane++) {
            if (tied[lane] == 0) continue;
            taken[lane] = -1;
            ties--;
          }
        }
        // A positive counts by softplus(−x).
        Vec probability;
        const Vec cost = softplus(select(positive, -x, x), probability);
        sums += select(taken, cost, zero());
        const Vec slope = probability * inverseCount;
        store(gradient + i, select(taken, select(positive, -slope, slope), zero()), lanes);
      });
      loss += sum(sums);
    }
    at(part).loss = loss;
  });
  double loss = 0.0;
  for (int64_t part = 0; part < parts; part++) loss += at(part).loss;
  result.write(result.kept(loss) / count);
}

}  // namespace

namespace kernels {

void balancedCrossEntropy(Buffer logits, Buffer gt, Buffer mask, double negativeRatio, double epsilon, Buffer gradient,
                          Buffer loss) {
  checkAtLeast(negativeRatio, 0.0, "negativeRatio");
  checkAtLeast(epsilon, 0.0, "epsilon");
  const int64_t size = static_cast<int64_t>(logits.length);
  const float* const in = checkedFloats(logits, size, "logits");
  float* const out = checkedFloats(gradient, size, "gradient");
  const Loss result(loss);
  withMapType(gt, size, "gt", [&](auto gtTag) {
    withMapType(mask, size, "mask", [&](auto maskTag) {
      using Gt = typename decltype(gtTag)::type;
      using Mask = typename decltype(maskTag)::type;
      balancedCrossEntropyOf(in, static_cast<const Gt*>(gt.data), static_cast<const Mask*>(mask.data), size,
                             negativeRatio, epsilon, out, result);
    });
  });
}

}  // namespace kernels
}  // namespace INKSTONE_ISA
}  // namespace inkstone
