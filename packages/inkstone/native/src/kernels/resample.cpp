// Nearest upsampling by powers of two, alone, into a slice of channels (concatenation), or added to a finer image.
#include "base/rows.h"
#include "kernels/list.h"
#include "kernels/tiles.h"

namespace inkstone {
namespace INKSTONE_ISA {
namespace {

constexpr int64_t kMostLevels = 16;

int64_t checkedFactor(int64_t level) {
  if (level < 0 || level > kMostLevels) fail("level is %lld, must be 0 to 16", static_cast<long long>(level));
  return int64_t{1} << level;
}

/// Checks that [offset, offset + channels) lies in a wider image's channels, and gives that image's size in elements.
int64_t checkedSlice(const ImageShape& shape, int64_t factor, int64_t allChannels, int64_t offset) {
  if (offset < 0 || allChannels < 1 || offset + shape.channels > allChannels) {
    fail("channels %lld to %lld do not lie in %lld channels", static_cast<long long>(offset),
         static_cast<long long>(offset + shape.channels), static_cast<long long>(allChannels));
  }
  const ImageShape whole{shape.batch, shape.height * factor, shape.width * factor, allChannels};
  check(whole);
  return whole.size();
}

}  // namespace

namespace kernels {

void addUpsampled(Source fine, Source coarse, ImageShape shape, Buffer y) {
  check(shape);
  if (shape.height % 2 != 0 || shape.width % 2 != 0) fail("the finer image must have even sides");
  const int64_t channels = shape.channels;
  const Operand fineOperand = checked(fine, shape.size(), channels, "fine");
  const Operand coarseOperand = checked(coarse, shape.size() / 4, channels, "coarse");
  checkedData(coarse.buffer, fineOperand.dtype, shape.size() / 4, "coarse");
  checkedData(y, fineOperand.dtype, shape.size(), "y");
  const RowReader fineReader(fineOperand, channels);
  const RowReader coarseReader(coarseOperand, channels);
  const int64_t pitch = fineReader.pitch();
  const int64_t coarseWidth = shape.width / 2;
  const int64_t coarseRows = shape.batch * shape.height / 2;
  const int64_t rowsPerPart = ceilDivide(kElementsPerPart, 2 * shape.width * pitch);
  parallelFor(ceilDivide(coarseRows, rowsPerPart), [&](int64_t part, int) {
    const Scratch<float> above(coarseWidth * pitch);
    const Scratch<float> below(shape.width * pitch);
    const int64_t end = (part + 1) * rowsPerPart < coarseRows ? (part + 1) * rowsPerPart : coarseRows;
    for (int64_t coarseRow = part * rowsPerPart; coarseRow < end; coarseRow++) {
      coarseReader.read(coarseRow * coarseWidth, coarseWidth, above.data());
      for (int64_t row = 2 * coarseRow; row < 2 * coarseRow + 2; row++) {
        fineReader.read(row * shape.width, shape.width, below.data());
        for (int64_t pixel = 0; pixel < shape.width; pixel++) {
          float* const out = below.data() + pixel * pitch;
          const float* const in = above.data() + pixel / 2 * pitch;
          for (int64_t c = 0; c < pitch; c += kLanes) store(out + c, load(out + c) + load(in + c));
        }
        writeRows(below.data(), row * shape.width, shape.width, channels, y.data, y.dtype);
      }
    }
  });
}

void upsampleBackward(Buffer dy, int64_t dyChannels, int64_t channelOffset, int64_t level, ImageShape shape,
                      Buffer dCoarse) {
  check(shape);
  const int64_t factor = checkedFactor(level);
  const int64_t channels = shape.channels;
  checkedData(dy, dCoarse.dtype, checkedSlice(shape, factor, dyChannels, channelOffset), "dy");
  checkSize(dCoarse, shape.size(), "dCoarse");
  const int64_t rows = shape.batch * shape.height;
  const int64_t rowsPerPart = ceilDivide(kElementsPerPart, shape.width * channels * factor * factor);
  withFloatType(dCoarse.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* const gradient = static_cast<const T*>(dy.data) + channelOffset;
    T* const out = static_cast<T*>(dCoarse.data);
    parallelFor(ceilDivide(rows, rowsPerPart), [&](int64_t part, int) {
      const int64_t end = (part + 1) * rowsPerPart < rows ? (part + 1) * rowsPerPart : rows;
      for (int64_t row = part * rowsPerPart; row < end; row++) {
        for (int64_t column = 0; column < shape.width; column++) {
          const T* const cell = gradient + (row * factor * shape.width + column) * factor * dyChannels;
          forVectors({0, channels}, [&](int64_t c, auto lanes) {
            Vec sum = zero();
            for (int64_t y = 0; y < factor; y++) {
              const T* const line = cell + y * shape.width * factor * dyChannels + c;
              for (int64_t x = 0; x < factor; x++) sum += load(line + x * dyChannels, lanes);
            }
            store(out + (row * shape.width + column) * channels + c, sum, lanes);
          });
        }
      }
    });
  });
}

void upsampleInto(Source x, ImageShape shape, int64_t level, Buffer y, int64_t yChannels, int64_t channelOffset) {
  check(shape);
  const int64_t factor = checkedFactor(level);
  const int64_t channels = shape.channels;
  const Operand operand = checked(x, shape.size(), channels, "x");
  checkedData(y, operand.dtype, checkedSlice(shape, factor, yChannels, channelOffset), "y");
  const RowReader reader(operand, channels);
  const int64_t pitch = reader.pitch();
  const int64_t rows = shape.batch * shape.height;
  const int64_t rowsPerPart = ceilDivide(kElementsPerPart, shape.width * channels * factor * factor);
  withFloatType(operand.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    T* const base = static_cast<T*>(y.data) + channelOffset;
    parallelFor(ceilDivide(rows, rowsPerPart), [&](int64_t part, int) {
      const Scratch<float> values(shape.width * pitch);
      const int64_t end = (part + 1) * rowsPerPart < rows ? (part + 1) * rowsPerPart : rows;
      for (int64_t row = part * rowsPerPart; row < end; row++) {
        reader.read(row * shape.width, shape.width, values.data());
        for (int64_t line = row * factor; line < (row + 1) * factor; line++) {
          T* out = base + line * shape.width * factor * yChannels;
          for (int64_t column = 0; column < shape.width; column++) {
            const float* const in = values.data() + column * pitch;
            for (int64_t copy = 0; copy < factor; copy++, out += yChannels) {
              forVectors({0, channels}, [&](int64_t c, auto lanes) { store(out + c, load(in + c), lanes); });
            }
          }
        }
      }
    });
  });
}

}  // namespace kernels
}  // namespace INKSTONE_ISA
}  // namespace inkstone
