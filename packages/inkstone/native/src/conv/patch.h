// Reading a box of an image as it is multiplied: conversion, the operand's affine and activation, and zero padding in one pass.
#pragma once

#include "conv/panel.h"

namespace inkstone {
namespace INKSTONE_ISA {

/// A box that may reach beyond its image; what lies outside is zero.
struct PatchBox {
  int64_t image;
  int64_t top, left;
  int64_t rows, cols;
  int64_t firstChannel, channels;
};

/// out: [rows][cols][pixelPitch], as `readPixels` writes it. E is float or BFloat16; `pixelPitch` is in elements.
template <class E>
void readPatch(const Operand& x, const ImageShape& shape, const PatchBox& box, E* out, int64_t pixelPitch);

/// Whether what is read of an operand is bfloat16 as it is, and needs no rounding to it.
inline bool holdsHalves(const Operand& x) { return x.dtype == DType::bfloat16 && !x.affine; }

/// Rounds fp32 values to those that bfloat16 has.
void roundToHalves(float* values, int64_t count);

/// Cuts columns [first, first + count) of `pixels` rows of [pixels, channels] into panels: out is
/// [panel][panelPixels][panel columns], written from panel pixel `at` on. Missing columns are zero.
void readPanels(const Operand& x, int64_t channels, int64_t firstPixel, int64_t pixels, int64_t first, int64_t count,
                float* out, int64_t at, int64_t panelPixels);

/// The same for half arithmetic: [panel][panelPixels / 2][panel columns][2], in pairs of pixels. What is not written stays.
void readHalfPanels(const Operand& x, int64_t channels, int64_t firstPixel, int64_t pixels, int64_t first,
                    int64_t count, BFloat16* out, int64_t at, int64_t panelPixels);

}  // namespace INKSTONE_ISA
}  // namespace inkstone
