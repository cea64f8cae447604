// Reading a box of an image into fp32: conversion, the operand's affine and activation, and zero padding in one pass.
#pragma once

#include "base/simd.h"

namespace inkstone {
namespace INKSTONE_ISA {

/// A box that may reach beyond its image; what lies outside is zero.
struct PatchBox {
  int64_t image;
  int64_t top, left;
  int64_t rows, cols;
  int64_t firstChannel, channels;
};

/// out: [rows][cols][pixelPitch], of which the first `channels` are written. `pixelPitch` is in floats.
void readPatch(const Operand& x, const ImageShape& shape, const PatchBox& box, float* out, int64_t pixelPitch);

/// Cuts columns [first, first + count) of `pixels` rows of [pixels, channels] into panels: out is
/// [panel][panelPixels][16], written from panel pixel `at` on; the last panel is 8 wide when that suffices. Missing
/// columns are zero.
void readPanels(const Operand& x, int64_t channels, int64_t firstPixel, int64_t pixels, int64_t first, int64_t count,
                float* out, int64_t at, int64_t panelPixels);

/// Columns of a full panel: two vectors.
constexpr int64_t kPanelColumns = 2 * kLanes;

/// Width of the panel that starts at a column when `count` columns remain.
constexpr int64_t panelWidth(int64_t count) { return count > kLanes ? kPanelColumns : kLanes; }

/// Columns that panels of 16 and a last panel of 8 or 16 cover.
constexpr int64_t paddedColumns(int64_t columns) { return (columns + kLanes - 1) / kLanes * kLanes; }

}  // namespace INKSTONE_ISA
}  // namespace inkstone
