#include "conv/depthwise.h"

#include "base/rows.h"
#include "conv/taps.h"

namespace inkstone {
namespace INKSTONE_ISA {

void depthwise(const Operand& x, const float* weight, const float* bias, const ConvGeometry& g, Output y,
               MomentsOutput moments) {
  const RowReader reader(x, g.inChannels);
  const int64_t channels = g.outChannels;
  const int64_t pitch = reader.pitch();
  const int64_t taps = g.kernel * g.kernel;
  const Scratch<float> packed(taps * pitch);
  packTaps(weight, channels, taps, pitch, packed.data());
  const RowParts parts(g.batch, g.outHeight, g.outWidth * pitch, kOutputsPerPart, kLeastRows);
  // Sums and squares of each part; the pivot, near the mean, keeps the variance's digits.
  const Scratch<float> sums(moments ? 2 * parts.parts * pitch : 0);
  const Scratch<float> pivot(pitch);

  const auto biasAt = [&](int64_t c, auto lanes) { return bias == nullptr ? zero() : load(bias + c, lanes); };

  // The sums of a row, without bias: [columns][pitch].
  const auto computeRows = [&](int64_t image, Range rows, int64_t columns, const auto& finish) {
    RowWindow window(reader, g.kernel, g.inHeight, g.inWidth, g.padding, g.padding);
    const Scratch<Tap> list(taps);
    const Scratch<float> out(columns * pitch);
    for (int64_t row = rows.begin; row < rows.end; row++) {
      const int64_t top = row * g.stride - g.padding;
      window.advance(image, top + g.kernel - 1);
      int64_t count = 0;
      for (int64_t ky = 0; ky < g.kernel; ky++) {
        if (!window.has(top + ky)) continue;
        for (int64_t kx = 0; kx < g.kernel; kx++) {
          list[static_cast<size_t>(count++)] = {window.row(top + ky) + kx * pitch,
                                                packed.data() + (ky * g.kernel + kx) * pitch};
        }
      }
      computeRow({list.data(), count, columns, g.stride * pitch, pitch, pitch}, out.data());
      finish(row, out.data());
    }
  };

  if (moments) {
    const int64_t middle = g.outHeight / 2;
    computeRows(0, {middle, middle + 1}, 1, [&](int64_t, const float* sums) {
      forVectors({0, channels}, [&](int64_t c, auto lanes) {
        store(pivot.data() + c, load(sums + c) + biasAt(c, lanes));
      });
    });
  }

  withFloatType(y.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    parallelFor(parts.parts, [&](int64_t part, int) {
      const int64_t image = parts.image(part);
      float* const sum = sums.data() + 2 * part * pitch;
      float* const square = sum + pitch;
      if (moments) std::memset(sum, 0, static_cast<size_t>(2 * pitch) * sizeof(float));
      computeRows(image, parts.rows(part), g.outWidth, [&](int64_t row, const float* values) {
        T* const out = static_cast<T*>(y.data) + (image * g.outHeight + row) * g.outWidth * channels;
        forVectors({0, channels}, [&](int64_t c, auto lanes) {
          const Vec offset = biasAt(c, lanes);
          const Vec shift = load(pivot.data() + c);
          Vec s = zero(), q = zero();
          for (int64_t pixel = 0; pixel < g.outWidth; pixel++) {
            const Vec result = load(values + pixel * pitch + c) + offset;
            store(out + pixel * channels + c, result, lanes);
            // Of the values as they are stored: those are what the batch norm will read.
            const Vec centred = roundedTo<T>(result) - shift;
            s += centred;
            q = fma(centred, centred, q);
          }
          if (!moments) return;
          store(sum + c, load(sum + c) + s);
          store(square + c, load(square + c) + q);
        });
      });
    });
  });

  if (!moments) return;
  const double pixels = static_cast<double>(g.batch * g.outHeight * g.outWidth);
  for (int64_t c = 0; c < channels; c++) {
    double sum = 0.0, square = 0.0;
    for (int64_t part = 0; part < parts.parts; part++) {
      sum += sums[static_cast<size_t>(2 * part * pitch + c)];
      square += sums[static_cast<size_t>((2 * part + 1) * pitch + c)];
    }
    const double difference = sum / pixels;
    const double spread = square / pixels - difference * difference;
    moments.mean[c] = static_cast<float>(pivot[static_cast<size_t>(c)] + difference);
    moments.variance[c] = static_cast<float>(spread < 0.0 ? 0.0 : spread);
  }
}

}  // namespace INKSTONE_ISA
}  // namespace inkstone
