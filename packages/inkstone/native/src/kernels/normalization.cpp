#include "base/visit.h"
#include "kernels/list.h"
#include "kernels/tiles.h"

namespace inkstone {
namespace INKSTONE_ISA {
namespace {

/// Sums run in fp32 over one part (at most this many elements) and in double over the parts.
constexpr int64_t kElementsPerSum = 65536;

/// Two sums for every element of a tile, one pair of vectors for every part.
class PartialSums {
 public:
  explicit PartialSums(const Tiling& tiling)
      : tiling_(tiling), values_(2 * tiling.width * tiling.parts) {}

  float* first(int64_t part) const { return values_.data() + 2 * part * tiling_.width; }
  float* second(int64_t part) const { return first(part) + tiling_.width; }

  void clear(int64_t part) const {
    std::memset(first(part), 0, static_cast<size_t>(2 * tiling_.width) * sizeof(float));
  }

  /// fn(channel, first, second) with the totals, in an order that depends on the shape alone.
  template <class Function>
  void forEachChannel(const Function& fn) const {
    parallelFor(tiling_.channels, [&](int64_t channel, int) {
      double first = 0.0, second = 0.0;
      for (int64_t part = 0; part < tiling_.parts; part++) {
        const float* const a = this->first(part);
        const float* const b = this->second(part);
        for (int64_t i = channel; i < tiling_.width; i += tiling_.channels) {
          first += a[i];
          second += b[i];
        }
      }
      fn(channel, first, second);
    });
  }

 private:
  const Tiling& tiling_;
  Scratch<float> values_;
};

/// Zeros in the lanes that a short load did not fill.
inline Vec onlyFirst(Vec v, Full) { return v; }
inline Vec onlyFirst(Vec v, int64_t count) {
  float lanes[kLanes];
  store(lanes, v);
  return load(lanes, count);
}

}  // namespace

namespace kernels {

void moments(Buffer x, ChannelsShape shape, Buffer mean, Buffer variance) {
  check(shape);
  checkSize(x, shape.size(), "x");
  float* const meanOut = checkedFloats(mean, shape.channels, "mean");
  float* const varianceOut = checkedFloats(variance, shape.channels, "variance");
  const Tiling tiling(shape, kElementsPerSum);
  const PartialSums sums(tiling);
  const Scratch<float> firstRow(shape.channels);
  withFloatType(x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* const in = static_cast<const T*>(x.data);
    // Sums are taken of x minus the first row: a mean far from zero then costs the variance no digits.
    for (int64_t c = 0; c < shape.channels; c++) firstRow[static_cast<size_t>(c)] = toFloat(in[c]);
    const Expanded pivot(tiling, firstRow.data());
    parallelFor(tiling.parts, [&](int64_t part, int) {
      sums.clear(part);
      float* const sum = sums.first(part);
      float* const squares = sums.second(part);
      tiling.forPart(part, [&](int64_t i, const auto& each) {
        const Vec shift = pivot.at(i);
        Vec total = load(sum + i), squared = load(squares + i);
        each([&](int64_t at, auto count) {
          const Vec v = onlyFirst(load(in + at, count) - shift, count);
          total += v;
          squared = fma(v, v, squared);
        });
        store(sum + i, total);
        store(squares + i, squared);
      });
    });
  });
  const double rows = static_cast<double>(shape.rows);
  sums.forEachChannel([&](int64_t c, double sum, double squares) {
    const double offset = sum / rows;
    const double spread = squares / rows - offset * offset;
    meanOut[c] = static_cast<float>(firstRow[static_cast<size_t>(c)] + offset);
    varianceOut[c] = static_cast<float>(spread < 0.0 ? 0.0 : spread);
  });
}

void materialize(Source x, ChannelsShape shape, Buffer y) {
  check(shape);
  const Operand operand = checked(x, shape.size(), shape.channels, "x");
  checkedData(y, operand.dtype, shape.size(), "y");
  const Tiling tiling(shape);
  const Expanded scale(tiling, operand.affine.scale, 1.0f);
  const Expanded shift(tiling, operand.affine.shift);
  withFloatType(operand.dtype, [&](auto type) {
    withActivation(operand.affine.activation, [&](auto act) {
      using T = typename decltype(type)::type;
      const T* const in = static_cast<const T*>(operand.data);
      T* const out = static_cast<T*>(y.data);
      parallelFor(tiling.parts, [&](int64_t part, int) {
        tiling.forPart(part, [&](int64_t i, const auto& each) {
          const Vec a = scale.at(i), b = shift.at(i);
          each([&](int64_t at, auto count) {
            store(out + at, activate<decltype(act)::value>(fma(load(in + at, count), a, b)), count);
          });
        });
      });
    });
  });
}

}  // namespace kernels

namespace {

/// With g = dy · f'(scale·x + shift): dBeta = Σg, dGamma = Σ g·x̂, and then, from batch statistics,
/// dx = scale · (g − dBeta/rows − x̂·dGamma/rows), or, from fixed ones, dx = scale · g.
void normalizationBackward(const Source& source, const Buffer& dy, const Buffer& mean, const Buffer& inverseStd,
                           const ChannelsShape& shape, const Buffer& dx, const Buffer& dGamma, const Buffer& dBeta,
                           bool batchStatistics) {
  check(shape);
  const int64_t channels = shape.channels;
  const Operand x = checked(source, shape.size(), channels, "x");
  if (!x.affine) fail("x has no affine: there is no batch norm to go back through");
  checkedData(dy, x.dtype, shape.size(), "dy");
  checkedData(dx, x.dtype, shape.size(), "dx");
  const float* const means = checkedFloats(mean, channels, "mean");
  const float* const inverses = checkedFloats(inverseStd, channels, "inverseStd");
  float* const gammaOut = checkedFloats(dGamma, channels, "dGamma");
  float* const betaOut = checkedFloats(dBeta, channels, "dBeta");

  const Tiling tiling(shape, kElementsPerSum);
  const PartialSums sums(tiling);
  const Expanded scale(tiling, x.affine.scale), shift(tiling, x.affine.shift);
  const Expanded center(tiling, means), inverse(tiling, inverses);
  withFloatType(x.dtype, [&](auto type) {
    withActivation(x.affine.activation, [&](auto act) {
      using T = typename decltype(type)::type;
      constexpr Activation kActivation = decltype(act)::value;
      const T* const in = static_cast<const T*>(x.data);
      const T* const gradient = static_cast<const T*>(dy.data);
      T* const out = static_cast<T*>(dx.data);

      parallelFor(tiling.parts, [&](int64_t part, int) {
        sums.clear(part);
        float* const sum = sums.first(part);
        float* const products = sums.second(part);
        tiling.forPart(part, [&](int64_t i, const auto& each) {
          const Vec a = scale.at(i), b = shift.at(i), middle = center.at(i);
          Vec total = load(sum + i), product = load(products + i);
          each([&](int64_t at, auto count) {
            const Vec v = load(in + at, count);
            // A short load fills with zeros, so lanes past the end add nothing: dy is zero there.
            const Vec g = activationGradient<kActivation>(fma(v, a, b), load(gradient + at, count));
            total += g;
            product = fma(g, v - middle, product);
          });
          store(sum + i, total);
          store(products + i, product);
        });
      });

      const Scratch<float> offset(channels), tilt(channels);
      sums.forEachChannel([&](int64_t c, double sum, double product) {
        const double rows = static_cast<double>(shape.rows);
        const double gammaGradient = product * inverses[c];
        betaOut[c] = static_cast<float>(sum);
        gammaOut[c] = static_cast<float>(gammaGradient);
        offset[static_cast<size_t>(c)] = static_cast<float>(-x.affine.scale[c] * sum / rows);
        tilt[static_cast<size_t>(c)] = static_cast<float>(-x.affine.scale[c] * gammaGradient * inverses[c] / rows);
      });
      const Expanded constants(tiling, batchStatistics ? offset.data() : nullptr);
      const Expanded slopes(tiling, batchStatistics ? tilt.data() : nullptr);

      parallelFor(tiling.parts, [&](int64_t part, int) {
        tiling.forPart(part, [&](int64_t i, const auto& each) {
          const Vec a = scale.at(i), b = shift.at(i), middle = center.at(i);
          const Vec slope = slopes.at(i), constant = constants.at(i);
          each([&](int64_t at, auto count) {
            const Vec v = load(in + at, count);
            const Vec g = activationGradient<kActivation>(fma(v, a, b), load(gradient + at, count));
            store(out + at, fma(g, a, fma(v - middle, slope, constant)), count);
          });
        });
      });
    });
  });
}

}  // namespace

namespace kernels {

void batchNormBackward(Source x, Buffer dy, Buffer mean, Buffer inverseStd, ChannelsShape shape, Buffer dx,
                       Buffer dGamma, Buffer dBeta) {
  normalizationBackward(x, dy, mean, inverseStd, shape, dx, dGamma, dBeta, true);
}

void affineBackward(Source x, Buffer dy, Buffer mean, Buffer inverseStd, ChannelsShape shape, Buffer dx,
                    Buffer dGamma, Buffer dBeta) {
  normalizationBackward(x, dy, mean, inverseStd, shape, dx, dGamma, dBeta, false);
}

}  // namespace kernels
}  // namespace INKSTONE_ISA
}  // namespace inkstone
