#include "kernels/list.h"
#include "kernels/maps.h"

namespace inkstone {
namespace INKSTONE_ISA {
namespace {

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

void maskedL1(Buffer pred, Buffer target, Buffer mask, double epsilon, Buffer gradient, Buffer loss) {
  checkAtLeast(epsilon, 0.0, "epsilon");
  const Loss result(loss);
  const int64_t size = static_cast<int64_t>(pred.length);
  const float* const in = checkedFloats(pred, size, "pred");
  const float* const wanted = checkedFloats(target, size, "target");
  float* const out = checkedFloats(gradient, size, "gradient");
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
    const double denominator = result.kept(totals[1] + epsilon);
    result.write(result.kept(totals[0]) / denominator);
    const Vec factor = splat(static_cast<float>(1.0 / denominator));
    forAllVectors(size, [=](int64_t at, auto count) {
      const Vec difference = load(in + at, count) - load(wanted + at, count);
      const Vec magnitude = load(weight + at, count) * factor;
      const Vec notAbove = select(difference < zero(), -magnitude, difference * 0.0f);  // NaN stays NaN
      store(out + at, select(difference > zero(), magnitude, notAbove), count);
    });
  });
}

void diceLoss(Buffer pred, Buffer gt, Buffer mask, double epsilon, Buffer gradient, Buffer loss) {
  checkAtLeast(epsilon, 0.0, "epsilon");
  const Loss result(loss);
  const int64_t size = static_cast<int64_t>(pred.length);
  const float* const in = checkedFloats(pred, size, "pred");
  float* const out = checkedFloats(gradient, size, "gradient");
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
      const double denominator = result.kept(united);
      result.write(result.rounds() ? result.kept(united - 2.0 * totals[0]) / denominator
                                   : 1.0 - 2.0 * totals[0] / united);
      const Vec perTruth = splat(static_cast<float>(-2.0 / denominator));
      const Vec constant = splat(static_cast<float>(2.0 * totals[0] / (united * denominator)));
      forAllVectors(size, [=](int64_t at, auto count) {
        store(out + at, fma(load(truth + at, count), perTruth, constant) * load(weight + at, count), count);
      });
    });
  });
}

}  // namespace kernels
}  // namespace INKSTONE_ISA
}  // namespace inkstone
