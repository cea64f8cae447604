#include "base/visit.h"
#include "kernels/list.h"
#include "kernels/tiles.h"

namespace inkstone {
namespace INKSTONE_ISA {
namespace {

template <class T>
T* dataOf(const Buffer& buffer) { return static_cast<T*>(buffer.data); }

/// fn(TypeTag<T>) with any storage type, uint8 included.
template <class Function>
void withAnyType(DType dtype, const Function& fn) {
  if (dtype == DType::uint8) return fn(TypeTag<uint8_t>{});
  withFloatType(dtype, fn);
}

/// All of them must have the length and type of the first.
void checkAlike(const Buffer& first, const Buffer& other, const char* name) {
  checkedData(other, first.dtype, static_cast<int64_t>(first.length), name);
}

}  // namespace

namespace kernels {

void fill(Buffer x, float value) {
  const Vec v = splat(value);
  withAnyType(x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    T* const out = dataOf<T>(x);
    forAllVectors(static_cast<int64_t>(x.length), [=](int64_t at, auto count) { store(out + at, v, count); });
  });
}

void cast(Buffer src, Buffer dst, double scale, double shift) {
  const int64_t size = static_cast<int64_t>(src.length);
  checkSize(dst, size, "dst");
  if (src.dtype == dst.dtype && scale == 1.0 && shift == 0.0) {
    const int64_t bytes = size * static_cast<int64_t>(bytesPerElement(src.dtype));
    const int64_t parts = ceilDivide(bytes, 4 * kElementsPerPart);
    parallelFor(parts, [&](int64_t part, int) {
      const Range range = rangeOf(part, parts, bytes);
      std::memcpy(dataOf<char>(dst) + range.begin, dataOf<char>(src) + range.begin,
                  static_cast<size_t>(range.end - range.begin));
    });
    return;
  }
  const Vec a = splat(static_cast<float>(scale));
  const Vec b = splat(static_cast<float>(shift));
  const bool plain = scale == 1.0 && shift == 0.0;
  withAnyType(src.dtype, [&](auto from) {
    withAnyType(dst.dtype, [&](auto to) {
      using From = typename decltype(from)::type;
      using To = typename decltype(to)::type;
      const From* const in = dataOf<From>(src);
      To* const out = dataOf<To>(dst);
      forAllVectors(size, [=](int64_t at, auto count) {
        const Vec x = load(in + at, count);
        store(out + at, plain ? x : fma(x, a, b), count);
      });
    });
  });
}

void normalizeImage(Buffer src, Buffer dst, Rgb mean, Rgb std) {
  constexpr int64_t kColours = 3;
  const int64_t size = static_cast<int64_t>(src.length);
  const uint8_t* const in = static_cast<const uint8_t*>(checkedData(src, DType::uint8, size, "src"));
  if (size % kColours != 0) fail("src holds %lld elements, not a multiple of 3", static_cast<long long>(size));
  checkSize(dst, size, "dst");
  const Tiling tiling({size / kColours, kColours});
  constexpr double kWhite = 255.0;
  const double means[] = {mean.red, mean.green, mean.blue};
  const double stds[] = {std.red, std.green, std.blue};
  float scales[kColours], shifts[kColours];
  for (int c = 0; c < kColours; c++) {
    if (stds[c] <= 0.0) fail("std is %g, must be positive", stds[c]);
    scales[c] = static_cast<float>(1.0 / (kWhite * stds[c]));
    shifts[c] = static_cast<float>(-means[c] / stds[c]);
  }
  const Expanded a(tiling, scales);
  const Expanded b(tiling, shifts);
  withFloatType(dst.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    T* const out = dataOf<T>(dst);
    parallelFor(tiling.parts, [&](int64_t part, int) {
      tiling.forPart(part, [&](int64_t i, const auto& each) {
        const Vec scale = a.at(i), shift = b.at(i);
        each([&](int64_t at, auto count) { store(out + at, fma(load(in + at, count), scale, shift), count); });
      });
    });
  });
}

void activation(Activation kind, Buffer x, Buffer y) {
  checkAlike(x, y, "y");
  withFloatType(x.dtype, [&](auto type) {
    withActivation(kind, [&](auto act) {
      using T = typename decltype(type)::type;
      const T* const in = dataOf<T>(x);
      T* const out = dataOf<T>(y);
      forAllVectors(static_cast<int64_t>(x.length), [=](int64_t at, auto count) {
        store(out + at, activate<decltype(act)::value>(load(in + at, count)), count);
      });
    });
  });
}

void activationBackward(Activation kind, Buffer x, Buffer dy, Buffer dx) {
  checkAlike(x, dy, "dy");
  checkAlike(x, dx, "dx");
  withFloatType(x.dtype, [&](auto type) {
    withActivation(kind, [&](auto act) {
      using T = typename decltype(type)::type;
      const T* const in = dataOf<T>(x);
      const T* const gradient = dataOf<T>(dy);
      T* const out = dataOf<T>(dx);
      forAllVectors(static_cast<int64_t>(x.length), [=](int64_t at, auto count) {
        const Vec g = activationGradient<decltype(act)::value>(load(in + at, count), load(gradient + at, count));
        store(out + at, g, count);
      });
    });
  });
}

void addInto(Buffer dst, Buffer src, double factor) {
  const Vec f = splat(static_cast<float>(factor));
  checkSize(dst, static_cast<int64_t>(src.length), "dst");
  withFloatType(src.dtype, [&](auto from) {
    withFloatType(dst.dtype, [&](auto to) {
      using From = typename decltype(from)::type;
      using To = typename decltype(to)::type;
      const From* const in = dataOf<From>(src);
      To* const out = dataOf<To>(dst);
      forAllVectors(static_cast<int64_t>(src.length), [=](int64_t at, auto count) {
        store(out + at, fma(load(in + at, count), f, load(out + at, count)), count);
      });
    });
  });
}

void add(Source first, Source second, ChannelsShape shape, Activation kind, Buffer y) {
  check(shape);
  const Operand left = checked(first, shape.size(), shape.channels, "a");
  const Operand right = checked(second, shape.size(), shape.channels, "b");
  checkedData(second.buffer, left.dtype, shape.size(), "b");
  checkedData(y, left.dtype, shape.size(), "y");
  const Tiling tiling(shape);
  const Expanded scaleA(tiling, left.affine.scale, 1.0f), shiftA(tiling, left.affine.shift);
  const Expanded scaleB(tiling, right.affine.scale, 1.0f), shiftB(tiling, right.affine.shift);
  withFloatType(left.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* const inA = static_cast<const T*>(left.data);
    const T* const inB = static_cast<const T*>(right.data);
    T* const out = dataOf<T>(y);
    const Activation actA = left.affine.activation, actB = right.affine.activation;
    parallelFor(tiling.parts, [&](int64_t part, int) {
      tiling.forPart(part, [&](int64_t i, const auto& each) {
        const Vec a = scaleA.at(i), b = scaleB.at(i), a0 = shiftA.at(i), b0 = shiftB.at(i);
        each([&](int64_t at, auto count) {
          const Vec valueA = activate(actA, fma(load(inA + at, count), a, a0));
          const Vec valueB = activate(actB, fma(load(inB + at, count), b, b0));
          store(out + at, activate(kind, valueA + valueB), count);
        });
      });
    });
  });
}

void reluBackwardFromOutput(Buffer y, Buffer dy, Buffer dx) {
  checkAlike(y, dy, "dy");
  checkAlike(y, dx, "dx");
  withFloatType(y.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* const output = dataOf<T>(y);
    const T* const gradient = dataOf<T>(dy);
    T* const out = dataOf<T>(dx);
    forAllVectors(static_cast<int64_t>(y.length), [=](int64_t at, auto count) {
      store(out + at, select(load(output + at, count) > zero(), load(gradient + at, count), zero()), count);
    });
  });
}

void scale(Buffer x, double factor) {
  const Vec f = splat(static_cast<float>(factor));
  withFloatType(x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    T* const data = dataOf<T>(x);
    forAllVectors(static_cast<int64_t>(x.length),
                  [=](int64_t at, auto count) { store(data + at, load(data + at, count) * f, count); });
  });
}

void scaleBy(Buffer x, Buffer factor) { scale(x, scalarOf(factor, "factor")); }

}  // namespace kernels
}  // namespace INKSTONE_ISA
}  // namespace inkstone
