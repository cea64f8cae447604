// Single numbers of a step, gathered in one float64 vector that is read once.
#include "base/visit.h"
#include "kernels/list.h"
#include "kernels/tiles.h"

namespace inkstone {
namespace INKSTONE_ISA {
namespace {

double& figureAt(const Buffer& figures, int64_t index) {
  if (index < 0) fail("index is %lld", static_cast<long long>(index));
  return static_cast<double*>(checkedData(figures, DType::float64, index + 1, "figures"))[index];
}

}  // namespace

namespace kernels {

void copyScalar(Buffer x, Buffer figures, int64_t index) { figureAt(figures, index) = scalarOf(x, "x"); }

void sumOfSquares(Buffer x, double limit, Buffer figures, int64_t index) {
  checkAtLeast(limit, 0.0, "limit");
  double& figure = figureAt(figures, index);
  const int64_t size = static_cast<int64_t>(x.length);
  const int64_t parts = ceilDivide(size, kElementsPerPart);
  const Scratch<double> sums(parts);
  const float bound = static_cast<float>(limit);
  withFloatType(x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* const in = static_cast<const T*>(x.data);
    parallelFor(parts, [&](int64_t part, int) {
      const int64_t begin = part * kElementsPerPart;
      const int64_t end = begin + kElementsPerPart < size ? begin + kElementsPerPart : size;
      double lanes[kLanes] = {};
      forVectors({begin, end}, [&](int64_t at, auto count) {
        const Vec v = atMost(atLeast(load(in + at, count), -bound), bound);
        for (int lane = 0; lane < kLanes; lane++) lanes[lane] += static_cast<double>(v[lane]) * v[lane];
      });
      double sum = 0.0;
      for (double lane : lanes) sum += lane;
      sums[static_cast<size_t>(part)] = sum;
    });
  });
  figure = 0.0;
  for (int64_t part = 0; part < parts; part++) figure += sums[static_cast<size_t>(part)];
}

}  // namespace kernels
}  // namespace INKSTONE_ISA
}  // namespace inkstone
