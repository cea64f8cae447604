#include <cmath>

#include "kernels/list.h"
#include "kernels/tiles.h"
#include "kernels/visit.h"

namespace inkstone {
namespace INKSTONE_ISA {
namespace {

int64_t partEnd(int64_t part, int64_t size) {
  const int64_t end = (part + 1) * kElementsPerPart;
  return end < size ? end : size;
}

/// fn(TypeTag) with the type of a map: float32, or uint8 of 0 and 1.
template <class Function>
void withMapType(const Buffer& map, int64_t size, const char* name, const Function& fn) {
  checkSize(map, size, name);
  if (map.dtype == DType::uint8) return fn(TypeTag<uint8_t>{});
  checkedData(map, DType::float32, size, name);
  fn(TypeTag<float>{});
}

/// Sums of up to kCount quantities over a block: fp32 in runs of kRun vectors, double over the runs and the parts.
template <int kCount>
class Sums {
 public:
  explicit Sums(int64_t size) : size_(size), parts_(ceilDivide(size, kElementsPerPart)), partial_(parts_ * kCount) {}

  /// term(at, count, Vec (&terms)[kCount]) gives the summands of one vector; lanes past the end must be zero.
  template <class Term>
  void run(const Term& term, double (&totals)[kCount]) {
    parallelFor(parts_, [&](int64_t part, int) {
      double sums[kCount] = {};
      const int64_t end = partEnd(part, size_);
      for (int64_t begin = part * kElementsPerPart; begin < end; begin += kRun * kLanes) {
        Vec run[kCount];
        for (Vec& v : run) v = zero();
        forVectors({begin, begin + kRun * kLanes < end ? begin + kRun * kLanes : end}, [&](int64_t at, auto count) {
          Vec terms[kCount];
          term(at, count, terms);
          for (int i = 0; i < kCount; i++) run[i] += terms[i];
        });
        for (int i = 0; i < kCount; i++) sums[i] += sum(run[i]);
      }
      for (int i = 0; i < kCount; i++) partial_[static_cast<size_t>(part * kCount + i)] = sums[i];
    });
    for (int i = 0; i < kCount; i++) {
      totals[i] = 0.0;
      for (int64_t part = 0; part < parts_; part++) totals[i] += partial_[static_cast<size_t>(part * kCount + i)];
    }
  }

 private:
  static constexpr int64_t kRun = 64;

  int64_t size_;
  int64_t parts_;
  Scratch<double> partial_;
};

/// Orders floats as unsigned integers do, NaN above everything: a NaN logit must reach the loss, not hide from it.
inline uint32_t orderKey(float value) {
  const uint32_t bits = bitsOf(value);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return 0xffffffffu;
  return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

/// Where a cut runs through keys: all keys above `key` are taken, and the first `ties` of those equal to it.
struct Cut {
  uint32_t key;
  int64_t ties;
};

/// The cut that takes the `wanted` (at least 1) largest keys among those that `forEachKey(part, visit)` offers, by radix
/// selection: 11, 11 and 10 bits from the top.
template <class ForEachKey>
Cut selectLargest(int64_t parts, int64_t wanted, const ForEachKey& forEachKey) {
  constexpr int kBins = 2048;
  constexpr int kShifts[] = {21, 10, 0};
  constexpr uint32_t kMasks[] = {0x7ff, 0x7ff, 0x3ff};
  const Scratch<uint32_t> histograms(static_cast<size_t>(parts * kBins));
  uint32_t prefix = 0, prefixMask = 0;
  for (int digit = 0; digit < 3; digit++) {
    const int shift = kShifts[digit];
    const uint32_t mask = kMasks[digit];
    parallelFor(parts, [&](int64_t part, int) {
      uint32_t* const bins = histograms.data() + part * kBins;
      std::memset(bins, 0, kBins * sizeof(uint32_t));
      forEachKey(part, [&](int64_t, uint32_t key) {
        if ((key & prefixMask) == prefix) bins[key >> shift & mask]++;
      });
    });
    int bin = static_cast<int>(mask);
    for (;; bin--) {
      int64_t count = 0;
      for (int64_t part = 0; part < parts; part++) count += histograms[static_cast<size_t>(part * kBins + bin)];
      if (count >= wanted) break;
      wanted -= count;
    }
    prefix |= static_cast<uint32_t>(bin) << shift;
    prefixMask |= mask << shift;
  }
  return {prefix, wanted};
}

/// −log of the probability that a logit gives its label: softplus(x) for 0, softplus(−x) for 1.
inline double crossEntropy(float logit, bool positive) {
  const double x = positive ? -static_cast<double>(logit) : static_cast<double>(logit);
  return (x > 0.0 ? x : x != x ? x : 0.0) + std::log1p(std::exp(-std::fabs(x)));
}

inline float logitGradient(float logit, bool positive, double inverseCount) {
  const double probability = 1.0 / (1.0 + std::exp(-static_cast<double>(logit)));
  return static_cast<float>((probability - (positive ? 1.0 : 0.0)) * inverseCount);
}

template <class Map, class MaskMap>
double balancedCrossEntropyOf(const float* logits, const Map* gt, const MaskMap* mask, int64_t size,
                              double negativeRatio, double epsilon, float* gradient) {
  const int64_t parts = ceilDivide(size, kElementsPerPart);
  struct Counts {
    int64_t positives;
    int64_t negatives;
    int64_t ties;
    double loss;
  };
  const Scratch<Counts> counts(static_cast<size_t>(parts));
  const auto at = [&](int64_t part) -> Counts& { return counts[static_cast<size_t>(part)]; };
  const auto isPositive = [=](int64_t i) { return mask[i] != MaskMap(0) && gt[i] != Map(0); };
  const auto isNegative = [=](int64_t i) { return mask[i] != MaskMap(0) && gt[i] == Map(0); };

  parallelFor(parts, [&](int64_t part, int) {
    int64_t positives = 0, negatives = 0;
    for (int64_t i = part * kElementsPerPart; i < partEnd(part, size); i++) {
      positives += isPositive(i);
      negatives += isNegative(i);
    }
    at(part) = {positives, negatives, 0, 0.0};
  });
  int64_t positives = 0, negatives = 0;
  for (int64_t part = 0; part < parts; part++) {
    positives += at(part).positives;
    negatives += at(part).negatives;
  }
  const double allowed = std::floor(static_cast<double>(positives) * negativeRatio);
  const int64_t hardest = allowed < static_cast<double>(negatives) ? static_cast<int64_t>(allowed) : negatives;

  // Softplus rises with the logit, so the hardest negatives are those with the largest logits.
  Cut cut{0xffffffffu, 0};
  if (hardest == negatives) {
    cut = {0, negatives};
  } else if (hardest > 0) {
    const auto forEachNegative = [&](int64_t part, const auto& visit) {
      for (int64_t i = part * kElementsPerPart; i < partEnd(part, size); i++) {
        if (isNegative(i)) visit(i, orderKey(logits[i]));
      }
    };
    cut = selectLargest(parts, hardest, forEachNegative);
    parallelFor(parts, [&](int64_t part, int) {
      int64_t ties = 0;
      forEachNegative(part, [&](int64_t, uint32_t key) { ties += key == cut.key; });
      at(part).ties = ties;
    });
    // From here on `ties` of a part is the number it may still take: the lowest indices come first.
    int64_t left = cut.ties;
    for (int64_t part = 0; part < parts; part++) {
      at(part).ties = at(part).ties < left ? at(part).ties : left;
      left -= at(part).ties;
    }
  }
  const bool takeAll = hardest == negatives;

  const double count = static_cast<double>(positives + hardest) + epsilon;
  const double inverseCount = 1.0 / count;
  parallelFor(parts, [&](int64_t part, int) {
    double loss = 0.0;
    int64_t ties = at(part).ties;
    for (int64_t i = part * kElementsPerPart; i < partEnd(part, size); i++) {
      const bool positive = isPositive(i);
      bool taken = positive;
      if (!positive && isNegative(i)) {
        const uint32_t key = orderKey(logits[i]);
        taken = takeAll || (hardest > 0 && (key > cut.key || (key == cut.key && ties-- > 0)));
      }
      gradient[i] = taken ? logitGradient(logits[i], positive, inverseCount) : 0.0f;
      if (taken) loss += crossEntropy(logits[i], positive);
    }
    at(part).loss = loss;
  });
  double loss = 0.0;
  for (int64_t part = 0; part < parts; part++) loss += at(part).loss;
  return loss / count;
}

}  // namespace

namespace kernels {

void differentiableStep(Buffer p, Buffer t, double k, Buffer y) {
  const int64_t size = static_cast<int64_t>(p.length);
  const float* const probability = checkedFloats(p, size, "p");
  const float* const threshold = checkedFloats(t, size, "t");
  float* const out = checkedFloats(y, size, "y");
  const float steepness = static_cast<float>(k);
  forAllVectors(size, [=](int64_t at, auto count) {
    store(out + at, sigmoid((load(probability + at, count) - load(threshold + at, count)) * steepness), count);
  });
}

void differentiableStepBackward(Buffer y, Buffer dy, double k, Buffer dp, Buffer dt) {
  const int64_t size = static_cast<int64_t>(y.length);
  const float* const output = checkedFloats(y, size, "y");
  const float* const gradient = checkedFloats(dy, size, "dy");
  float* const probability = checkedFloats(dp, size, "dp");
  float* const threshold = checkedFloats(dt, size, "dt");
  const float steepness = static_cast<float>(k);
  forAllVectors(size, [=](int64_t at, auto count) {
    const Vec v = load(output + at, count);
    const Vec g = load(gradient + at, count) * steepness * v * (1.0f - v);
    store(probability + at, g, count);
    store(threshold + at, -g, count);
  });
}

double balancedCrossEntropy(Buffer logits, Buffer gt, Buffer mask, double negativeRatio, double epsilon,
                            Buffer gradient) {
  const int64_t size = static_cast<int64_t>(logits.length);
  const float* const in = checkedFloats(logits, size, "logits");
  float* const out = checkedFloats(gradient, size, "gradient");
  double loss = 0.0;
  withMapType(gt, size, "gt", [&](auto gtTag) {
    withMapType(mask, size, "mask", [&](auto maskTag) {
      using Gt = typename decltype(gtTag)::type;
      using Mask = typename decltype(maskTag)::type;
      loss = balancedCrossEntropyOf(in, static_cast<const Gt*>(gt.data), static_cast<const Mask*>(mask.data), size,
                                    negativeRatio, epsilon, out);
    });
  });
  return loss;
}

double maskedL1(Buffer pred, Buffer target, Buffer mask, double epsilon, Buffer gradient) {
  const int64_t size = static_cast<int64_t>(pred.length);
  const float* const in = checkedFloats(pred, size, "pred");
  const float* const wanted = checkedFloats(target, size, "target");
  float* const out = checkedFloats(gradient, size, "gradient");
  double loss = 0.0;
  withMapType(mask, size, "mask", [&](auto tag) {
    using M = typename decltype(tag)::type;
    const M* const weight = static_cast<const M*>(mask.data);
    Sums<2> sums(size);
    double totals[2];
    sums.run([=](int64_t at, auto count, Vec(&terms)[2]) {
      const Vec m = load(weight + at, count);
      terms[0] = abs(load(in + at, count) - load(wanted + at, count)) * m;
      terms[1] = m;
    }, totals);
    const double denominator = totals[1] + epsilon;
    loss = totals[0] / denominator;
    const Vec factor = splat(static_cast<float>(1.0 / denominator));
    forAllVectors(size, [=](int64_t at, auto count) {
      const Vec difference = load(in + at, count) - load(wanted + at, count);
      const Vec magnitude = load(weight + at, count) * factor;
      const Vec sign = select(difference > zero(), magnitude, select(difference < zero(), -magnitude, difference * 0.0f));
      store(out + at, sign, count);
    });
  });
  return loss;
}

double diceLoss(Buffer pred, Buffer gt, Buffer mask, double epsilon, Buffer gradient) {
  const int64_t size = static_cast<int64_t>(pred.length);
  const float* const in = checkedFloats(pred, size, "pred");
  float* const out = checkedFloats(gradient, size, "gradient");
  double loss = 0.0;
  withMapType(gt, size, "gt", [&](auto gtTag) {
    withMapType(mask, size, "mask", [&](auto maskTag) {
      using Gt = typename decltype(gtTag)::type;
      using Mask = typename decltype(maskTag)::type;
      const Gt* const truth = static_cast<const Gt*>(gt.data);
      const Mask* const weight = static_cast<const Mask*>(mask.data);
      Sums<3> sums(size);
      double totals[3];
      sums.run([=](int64_t at, auto count, Vec(&terms)[3]) {
        const Vec m = load(weight + at, count);
        const Vec p = load(in + at, count) * m;
        const Vec t = load(truth + at, count);
        terms[0] = p * t;
        terms[1] = p;
        terms[2] = t * m;
      }, totals);
      const double united = totals[1] + totals[2] + epsilon;
      loss = 1.0 - 2.0 * totals[0] / united;
      const Vec perTruth = splat(static_cast<float>(-2.0 / united));
      const Vec constant = splat(static_cast<float>(2.0 * totals[0] / (united * united)));
      forAllVectors(size, [=](int64_t at, auto count) {
        store(out + at, fma(load(truth + at, count), perTruth, constant) * load(weight + at, count), count);
      });
    });
  });
  return loss;
}

}  // namespace kernels
}  // namespace INKSTONE_ISA
}  // namespace inkstone
