// Pixels as fp32: what kernels that look at neighbouring pixels work on, so that conversion and the operand's batch
// norm happen once for each element, whatever the storage type.
#pragma once

#include "base/allocator.h"
#include "base/parallel.h"
#include "base/reader.h"

namespace inkstone {
namespace INKSTONE_ISA {

/// Channels of a pixel in fp32 rows: rounded up to full vectors, the rest zero.
inline int64_t paddedChannels(int64_t channels) { return ceilDivide(channels, kLanes) * kLanes; }

/// Reads pixels of an operand as fp32 rows of `paddedChannels`.
class RowReader {
 public:
  RowReader(const Operand& operand, int64_t channels)
      : operand_(operand), channels_(channels), pitch_(paddedChannels(channels)) {}

  int64_t pitch() const { return pitch_; }

  /// Pixels [first, first + count) to out [count, pitch].
  void read(int64_t first, int64_t count, float* out) const {
    withReader(operand_, 0, channels_, [&](const auto& read, const auto* data) {
      readPixels(read, data + first * channels_, channels_, count, channels_, out, pitch_);
    });
  }

 private:
  Operand operand_;
  int64_t channels_;
  int64_t pitch_;
};

/// Writes fp32 rows [count, paddedChannels] as pixels [first, first + count) of `dtype`.
inline void writeRows(const float* in, int64_t first, int64_t count, int64_t channels, void* out, DType dtype) {
  const int64_t pitch = paddedChannels(channels);
  withFloatType(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    T* const base = static_cast<T*>(out) + first * channels;
    if (channels == pitch) {
      for (int64_t i = 0; i < count * pitch; i += kLanes) store(base + i, load(in + i));
      return;
    }
    for (int64_t pixel = 0; pixel < count; pixel++) {
      forVectors({0, channels}, [&](int64_t c, auto lanes) {
        store(base + pixel * channels + c, load(in + pixel * pitch + c), lanes);
      });
    }
  });
}

/// The last few rows of an image, as fp32 with `left` and `right` columns of zeros:
/// [rows][left + width + right][pitch]. Rows must be asked for from top to bottom.
class RowWindow {
 public:
  RowWindow(const RowReader& reader, int64_t rows, int64_t height, int64_t width, int64_t left, int64_t right)
      : reader_(reader),
        rows_(rows),
        height_(height),
        width_(width),
        left_(left),
        rowSize_((left + width + right) * reader.pitch()),
        data_(rowSize_ * (rows + 1)) {
    std::memset(data_.data(), 0, static_cast<size_t>(rowSize_ * (rows + 1)) * sizeof(float));
  }

  /// Makes rows [.., last] of an image available, of which the last `rows` can be used.
  void advance(int64_t image, int64_t last) {
    if (image != image_) {
      image_ = image;
      next_ = 0;
    }
    if (last >= height_) last = height_ - 1;
    if (next_ <= last - rows_) next_ = last - rows_ + 1;
    for (; next_ <= last; next_++) {
      float* const row = data_.data() + next_ % rows_ * rowSize_;
      reader_.read((image_ * height_ + next_) * width_, width_, row + left_ * reader_.pitch());
    }
  }

  bool has(int64_t row) const { return row >= 0 && row < height_; }

  /// The row's column −left; outside the image a row of zeros.
  const float* row(int64_t row) const { return data_.data() + (has(row) ? row % rows_ : rows_) * rowSize_; }

 private:
  const RowReader& reader_;
  int64_t rows_;
  int64_t height_;
  int64_t width_;
  int64_t left_;
  int64_t rowSize_;
  int64_t image_ = -1;
  int64_t next_ = 0;
  Scratch<float> data_;
};

/// Row blocks of images: the parts of kernels that walk through rows. A part never crosses an image.
struct RowParts {
  int64_t height;
  int64_t perImage;
  int64_t parts;

  /// Parts of about `elementsPerPart`, but of at least `leastRows` rows.
  RowParts(int64_t batch, int64_t height, int64_t rowElements, int64_t elementsPerPart, int64_t leastRows)
      : height(height) {
    perImage = ceilDivide(height * rowElements, elementsPerPart);
    const int64_t most = height / leastRows > 1 ? height / leastRows : 1;
    if (perImage > most) perImage = most;
    parts = batch * perImage;
  }

  int64_t image(int64_t part) const { return part / perImage; }
  Range rows(int64_t part) const { return rangeOf(part % perImage, perImage, height); }
};

}  // namespace INKSTONE_ISA
}  // namespace inkstone
