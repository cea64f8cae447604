// Operations of squeeze-and-excitation: whole images to one value a channel and back.
#include "base/rows.h"
#include "kernels/list.h"

namespace inkstone {
namespace INKSTONE_ISA {
namespace {

/// Pixels summed in fp32 before their sum goes to double, and the size of one part.
constexpr int64_t kElementsPerSum = 16384;

/// Pixel blocks of images. A part never crosses an image.
struct PixelParts {
  int64_t pixels;
  int64_t perImage;
  int64_t parts;

  explicit PixelParts(const ImageShape& shape)
      : pixels(shape.height * shape.width),
        perImage(ceilDivide(pixels * shape.channels, kElementsPerSum)),
        parts(shape.batch * perImage) {
    if (perImage > pixels) perImage = pixels, parts = shape.batch * perImage;
  }

  int64_t image(int64_t part) const { return part / perImage; }
  int64_t longest() const { return ceilDivide(pixels, perImage); }

  /// In pixels of the whole batch.
  Range range(int64_t part) const {
    const Range inImage = rangeOf(part % perImage, perImage, pixels);
    return {image(part) * pixels + inImage.begin, image(part) * pixels + inImage.end};
  }
};

/// out[n, c] = factor · Σ of the parts' sums, partial being [parts, pitch].
void combine(const PixelParts& parts, int64_t batch, int64_t channels, const float* partial, double factor,
             float* out) {
  const int64_t pitch = paddedChannels(channels);
  for (int64_t image = 0; image < batch; image++) {
    for (int64_t c = 0; c < channels; c++) {
      double sum = 0.0;
      for (int64_t part = 0; part < parts.perImage; part++) sum += partial[(image * parts.perImage + part) * pitch + c];
      out[image * channels + c] = static_cast<float>(sum * factor);
    }
  }
}

}  // namespace

namespace kernels {

void globalAveragePool(Source x, ImageShape shape, Buffer y) {
  check(shape);
  const int64_t channels = shape.channels;
  const Operand operand = checked(x, shape.size(), channels, "x");
  float* const out = checkedFloats(y, shape.batch * channels, "y");
  const RowReader reader(operand, channels);
  const int64_t pitch = reader.pitch();
  const PixelParts parts(shape);
  const Scratch<float> partial(parts.parts * pitch);
  parallelFor(parts.parts, [&](int64_t part, int) {
    const Scratch<float> values(parts.longest() * pitch);
    const Range range = parts.range(part);
    const int64_t count = range.end - range.begin;
    reader.read(range.begin, count, values.data());
    for (int64_t c = 0; c < pitch; c += kLanes) {
      Vec sum = zero();
      for (int64_t pixel = 0; pixel < count; pixel++) sum += load(values.data() + pixel * pitch + c);
      store(partial.data() + part * pitch + c, sum);
    }
  });
  combine(parts, shape.batch, channels, partial.data(), 1.0 / static_cast<double>(parts.pixels), out);
}

void globalAveragePoolBackward(Buffer dy, ImageShape shape, Buffer dx) {
  check(shape);
  const int64_t channels = shape.channels;
  const float* const gradient = checkedFloats(dy, shape.batch * channels, "dy");
  checkSize(dx, shape.size(), "dx");
  const PixelParts parts(shape);
  const Vec share = splat(1.0f / static_cast<float>(parts.pixels));
  withFloatType(dx.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    T* const out = static_cast<T*>(dx.data);
    parallelFor(parts.parts, [&](int64_t part, int) {
      const float* const row = gradient + parts.image(part) * channels;
      const Range range = parts.range(part);
      forVectors({0, channels}, [&](int64_t c, auto lanes) {
        const Vec value = load(row + c, lanes) * share;
        for (int64_t pixel = range.begin; pixel < range.end; pixel++) store(out + pixel * channels + c, value, lanes);
      });
    });
  });
}

void multiplyChannels(Source x, Buffer s, ImageShape shape, Buffer y) {
  check(shape);
  const int64_t channels = shape.channels;
  const Operand operand = checked(x, shape.size(), channels, "x");
  const float* const factors = checkedFloats(s, shape.batch * channels, "s");
  checkedData(y, operand.dtype, shape.size(), "y");
  const RowReader reader(operand, channels);
  const int64_t pitch = reader.pitch();
  const PixelParts parts(shape);
  withFloatType(operand.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    T* const out = static_cast<T*>(y.data);
    parallelFor(parts.parts, [&](int64_t part, int) {
      const Scratch<float> values(parts.longest() * pitch);
      const float* const row = factors + parts.image(part) * channels;
      const Range range = parts.range(part);
      reader.read(range.begin, range.end - range.begin, values.data());
      for (int64_t pixel = range.begin; pixel < range.end; pixel++) {
        const float* const in = values.data() + (pixel - range.begin) * pitch;
        forVectors({0, channels}, [&](int64_t c, auto lanes) {
          store(out + pixel * channels + c, load(in + c) * load(row + c, lanes), lanes);
        });
      }
    });
  });
}

void multiplyChannelsBackward(Source x, Buffer s, Buffer dy, ImageShape shape, Buffer dx, Buffer ds) {
  check(shape);
  const int64_t channels = shape.channels;
  const Operand operand = checked(x, shape.size(), channels, "x");
  const float* const factors = checkedFloats(s, shape.batch * channels, "s");
  checkedData(dy, operand.dtype, shape.size(), "dy");
  checkedData(dx, operand.dtype, shape.size(), "dx");
  float* const dsOut = checkedFloats(ds, shape.batch * channels, "ds");
  const RowReader reader(operand, channels);
  const int64_t pitch = reader.pitch();
  const PixelParts parts(shape);
  const Scratch<float> partial(parts.parts * pitch);
  withFloatType(operand.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* const gradient = static_cast<const T*>(dy.data);
    T* const out = static_cast<T*>(dx.data);
    parallelFor(parts.parts, [&](int64_t part, int) {
      const Scratch<float> values(parts.longest() * pitch);
      const float* const row = factors + parts.image(part) * channels;
      float* const sums = partial.data() + part * pitch;
      std::memset(sums, 0, static_cast<size_t>(pitch) * sizeof(float));
      const Range range = parts.range(part);
      reader.read(range.begin, range.end - range.begin, values.data());
      for (int64_t pixel = range.begin; pixel < range.end; pixel++) {
        const float* const in = values.data() + (pixel - range.begin) * pitch;
        forVectors({0, channels}, [&](int64_t c, auto lanes) {
          const Vec g = load(gradient + pixel * channels + c, lanes);
          store(sums + c, fma(g, load(in + c), load(sums + c)));
          store(out + pixel * channels + c, g * load(row + c, lanes), lanes);
        });
      }
    });
  });
  combine(parts, shape.batch, channels, partial.data(), 1.0, dsOut);
}

}  // namespace kernels
}  // namespace INKSTONE_ISA
}  // namespace inkstone
