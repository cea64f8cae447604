// Rows of channels as one long run of numbers. A block [rows, C] is also [tiles, width] with `width` a multiple of C
// and of kLanes, so per-channel factors, repeated to that width, meet full vectors whatever C is.
#pragma once

#include "base/allocator.h"
#include "base/parallel.h"
#include "base/simd.h"

namespace inkstone {
namespace INKSTONE_ISA {

/// The number of elements a part of an elementwise kernel handles: enough to hide what a part costs (about 1 µs).
constexpr int64_t kElementsPerPart = 32768;

/// body(at, count) for every vector of [0, size), with all threads. See `forVectors`.
template <class Body>
inline void forAllVectors(int64_t size, const Body& body) {
  parallelFor(ceilDivide(size, kElementsPerPart), [&](int64_t part, int) {
    const int64_t begin = part * kElementsPerPart;
    const int64_t end = begin + kElementsPerPart;
    forVectors({begin, end < size ? end : size}, body);
  });
}

/// How [rows, C] is cut into tiles and tiles into parts.
struct Tiling {
  int64_t size;
  int64_t channels;
  int64_t width;  // elements of a tile: a multiple of `channels` and of kLanes
  int64_t tilesPerPart;
  int64_t parts;

  Tiling(const ChannelsShape& shape, int64_t elementsPerPart = kElementsPerPart)
      : size(shape.size()), channels(shape.channels), width(shape.channels) {
    while (width % kLanes != 0) width *= 2;
    const int64_t base = width;
    while (width < kSmallestWidth) width += base;
    tilesPerPart = elementsPerPart / width > 0 ? elementsPerPart / width : 1;
    parts = ceilDivide(size, width * tilesPerPart);
  }

  /// One value a channel, repeated over a tile; `fallback` everywhere when `values` is null.
  void expand(const float* values, float fallback, float* out) const {
    for (int64_t i = 0, c = 0; i < width; i++) {
      out[i] = values == nullptr ? fallback : values[c];
      if (++c == channels) c = 0;
    }
  }

  /// Walks through a part by columns of kLanes: column(i, each) for every place i in the tile, where each(body)
  /// calls body(at, count) for that place in every tile, at = its place in the block. What `column` loads before and
  /// sums in between stays in registers.
  template <class Column>
  void forPart(int64_t part, const Column& column) const {
    const int64_t begin = part * tilesPerPart * width;
    const int64_t end = begin + tilesPerPart * width < size ? begin + tilesPerPart * width : size;
    const int64_t step = width;
    int64_t at = begin;
    while (at + width <= end) {
      const int64_t whole = (end - at) / width;
      const int64_t tiles = whole < kTilesAtOnce ? whole : kTilesAtOnce;
      for (int64_t i = 0; i < width; i += kLanes) {
        column(i, [=](const auto& body) {
          for (int64_t here = at + i, tile = 0; tile < tiles; here += step, tile++) body(here, Full{});
        });
      }
      at += tiles * width;
    }
    const int64_t left = end - at;
    for (int64_t i = 0; i < left; i += kLanes) {
      const int64_t count = left - i;
      column(i, [=](const auto& body) { body(at + i, count); });
    }
  }

 private:
  /// Narrow tiles have too few columns to keep a processor busy.
  static constexpr int64_t kSmallestWidth = 64;
  /// Tiles that are walked through column by column: few, so that memory is still read from front to back.
  static constexpr int64_t kTilesAtOnce = 2;
};

/// A float vector of `tiling.width`, filled from per-channel values.
class Expanded {
 public:
  Expanded(const Tiling& tiling, const float* values, float fallback = 0.0f)
      : values_(tiling.width) {
    tiling.expand(values, fallback, values_.data());
  }
  Vec at(int64_t i) const { return load(values_.data() + i); }

 private:
  Scratch<float> values_;
};

}  // namespace INKSTONE_ISA
}  // namespace inkstone
