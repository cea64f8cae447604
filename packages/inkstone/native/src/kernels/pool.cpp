#include "base/rows.h"
#include "kernels/list.h"
#include "kernels/tiles.h"

namespace inkstone {
namespace INKSTONE_ISA {
namespace {

constexpr int64_t kWindow = 3;
constexpr int64_t kStride = 2;
constexpr int64_t kPadding = 1;

int64_t pooled(int64_t size) { return (size + 2 * kPadding - kWindow) / kStride + 1; }

}  // namespace

namespace kernels {

void maxPool3x3(Source x, ImageShape shape, Buffer y, Buffer indices) {
  check(shape);
  const int64_t channels = shape.channels;
  const Operand operand = checked(x, shape.size(), channels, "x");
  const int64_t outHeight = pooled(shape.height), outWidth = pooled(shape.width);
  const int64_t outSize = shape.batch * outHeight * outWidth * channels;
  checkedData(y, operand.dtype, outSize, "y");
  uint8_t* const places = static_cast<uint8_t*>(checkedData(indices, DType::uint8, outSize, "indices"));
  const RowReader reader(operand, channels);
  const int64_t pitch = reader.pitch();
  const RowParts parts(shape.batch, outHeight, outWidth * pitch, kElementsPerPart, 2);

  parallelFor(parts.parts, [&](int64_t part, int) {
    RowWindow window(reader, kWindow, shape.height, shape.width, 0, 0);
    const Scratch<float> out(outWidth * pitch);
    const int64_t image = parts.image(part);
    const Range rows = parts.rows(part);
    for (int64_t row = rows.begin; row < rows.end; row++) {
      const int64_t top = row * kStride - kPadding;
      window.advance(image, top + kWindow - 1);
      const int64_t firstPixel = (image * outHeight + row) * outWidth;
      for (int64_t column = 0; column < outWidth; column++) {
        const int64_t left = column * kStride - kPadding;
        forVectors({0, channels}, [&](int64_t c, auto lanes) {
          Vec best = zero(), place = zero();
          bool first = true;
          for (int64_t ky = 0; ky < kWindow; ky++) {
            if (!window.has(top + ky)) continue;
            const float* const line = window.row(top + ky) + c;
            for (int64_t kx = 0; kx < kWindow; kx++) {
              if (left + kx < 0 || left + kx >= shape.width) continue;
              const Vec value = load(line + (left + kx) * pitch);
              const Vec here = splat(static_cast<float>(ky * kWindow + kx));
              // A NaN wins over everything, as in PyTorch.
              const IntVec wins = (value > best) | (value != value);
              best = first ? value : select(wins, value, best);
              place = first ? here : select(wins, here, place);
              first = false;
            }
          }
          store(out.data() + column * pitch + c, best);
          store(places + (firstPixel + column) * channels + c, place, lanes);
        });
      }
      writeRows(out.data(), firstPixel, outWidth, channels, y.data, y.dtype);
    }
  });
}

void maxPool3x3Backward(Buffer dy, Buffer indices, ImageShape shape, Buffer dx) {
  check(shape);
  const int64_t channels = shape.channels;
  const int64_t outHeight = pooled(shape.height), outWidth = pooled(shape.width);
  const int64_t outSize = shape.batch * outHeight * outWidth * channels;
  checkedData(dy, dx.dtype, outSize, "dy");
  checkSize(dx, shape.size(), "dx");
  const uint8_t* const places = static_cast<const uint8_t*>(checkedData(indices, DType::uint8, outSize, "indices"));
  const RowParts parts(shape.batch, shape.height, shape.width * channels, kElementsPerPart, 1);

  withFloatType(dx.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* const gradient = static_cast<const T*>(dy.data);
    parallelFor(parts.parts, [&](int64_t part, int) {
      const int64_t image = parts.image(part);
      const Range rows = parts.rows(part);
      for (int64_t row = rows.begin; row < rows.end; row++) {
        T* const out = static_cast<T*>(dx.data) + (image * shape.height + row) * shape.width * channels;
        // Each input pixel lies in one or two windows a side; it gathers from those that chose it.
        const int64_t firstY = row / kStride, lastY = (row + kPadding) / kStride;
        for (int64_t column = 0; column < shape.width; column++) {
          const int64_t firstX = column / kStride, lastX = (column + kPadding) / kStride;
          forVectors({0, channels}, [&](int64_t c, auto lanes) {
            Vec sum = zero();
            for (int64_t oy = firstY; oy <= lastY && oy < outHeight; oy++) {
              for (int64_t ox = firstX; ox <= lastX && ox < outWidth; ox++) {
                const int64_t at = ((image * outHeight + oy) * outWidth + ox) * channels + c;
                const int64_t place = (row + kPadding - oy * kStride) * kWindow + column + kPadding - ox * kStride;
                const Vec chosen = load(places + at, lanes);
                sum += select(chosen == splat(static_cast<float>(place)), load(gradient + at, lanes), zero());
              }
            }
            store(out + column * channels + c, sum, lanes);
          });
        }
      }
    });
  });
}

}  // namespace kernels
}  // namespace INKSTONE_ISA
}  // namespace inkstone
