// Reading a box of an image into fp32: conversion, the operand's affine and activation, and zero padding in one pass.
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

/// out: [rows][cols][pixelPitch], as `readPixels` writes it. `pixelPitch` is in floats.
void readPatch(const Operand& x, const ImageShape& shape, const PatchBox& box, float* out, int64_t pixelPitch);

/// Cuts columns [first, first + count) of `pixels` rows of [pixels, channels] into panels: out is
/// [panel][panelPixels][panel columns], written from panel pixel `at` on. Missing columns are zero.
void readPanels(const Operand& x, int64_t channels, int64_t firstPixel, int64_t pixels, int64_t first, int64_t count,
                float* out, int64_t at, int64_t panelPixels);

}  // namespace INKSTONE_ISA
}  // namespace inkstone
