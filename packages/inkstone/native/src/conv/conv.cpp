// Says each of the six operations in the words of the two cores, `correlate` and `weightGradient`, but for depthwise
// convolution, which is not a matrix product and has kernels of its own.
#include "conv/conv.h"

#include <cstring>

#include "base/allocator.h"
#include "base/parallel.h"
#include "conv/correlate.h"
#include "conv/depthwise.h"
#include "conv/panel.h"
#include "conv/weight_gradient.h"

namespace inkstone {
namespace INKSTONE_ISA {
namespace {

std::vector<int64_t> evenOffsets(int64_t columns, int64_t step) {
  std::vector<int64_t> offsets(static_cast<size_t>(columns));
  for (int64_t n = 0; n < columns; n++) offsets[static_cast<size_t>(n)] = n * step;
  return offsets;
}

ImageShape inputShape(const ConvGeometry& g) { return {g.batch, g.inHeight, g.inWidth, g.inChannels}; }
ImageShape outputShape(const ConvGeometry& g) { return {g.batch, g.outHeight, g.outWidth, g.outChannels}; }

OutputView denseOutput(const Output& output, const ImageShape& shape) {
  const int64_t rowPitch = shape.width * shape.channels;
  return {output, 0, shape.height * rowPitch, rowPitch, shape.channels, shape.channels, 0};
}

/// Transposed convolution 2×2 is the gradient of this convolution: it maps the large image to the small one, and its
/// OIHW weights are the transposed convolution's IOHW ones.
ConvGeometry transposed(const UpConvGeometry& g) {
  return {g.batch, 2 * g.inHeight, 2 * g.inWidth, g.outChannels, g.inHeight, g.inWidth, g.inChannels, 2, 2, 0, 1};
}

void fillZero(const Output& dx, const ConvGeometry& g) {
  const int64_t rowBytes = g.inWidth * g.inChannels * static_cast<int64_t>(bytesPerElement(dx.dtype));
  parallelFor(g.batch * g.inHeight, [&](int64_t row, int) {
    std::memset(static_cast<char*>(dx.data) + row * rowBytes, 0, static_cast<size_t>(rowBytes));
  });
}

/// dx at rows ≡ `row` and columns ≡ `col` modulo the stride, each of which sees only every stride-th tap.
void backwardInputAtPhase(const Operand& dy, const float* weight, const ConvGeometry& g, bool half, const Output& dx,
                          int64_t row, int64_t col) {
  // Input position i meets tap u of output o when i + padding = o · stride + u.
  const auto firstTap = [&](int64_t position) { return (position + g.padding) % g.stride; };
  const auto taps = [&](int64_t first) { return first < g.kernel ? (g.kernel - first + g.stride - 1) / g.stride : 0; };
  const int64_t firstRow = firstTap(row);
  const int64_t firstCol = firstTap(col);
  Correlation p{};
  p.half = half;
  p.x = dy;
  p.in = outputShape(g);
  p.tapRows = taps(firstRow);
  p.tapCols = taps(firstCol);
  p.rows = (g.inHeight - row + g.stride - 1) / g.stride;
  p.cols = (g.inWidth - col + g.stride - 1) / g.stride;
  if (p.tapRows == 0 || p.tapCols == 0 || p.rows == 0 || p.cols == 0) return;
  p.stride = 1;
  // Taps are walked from the last to the first, because output o decreases as tap u grows.
  p.top = p.tapRows - 1 - (row + g.padding) / g.stride;
  p.left = p.tapCols - 1 - (col + g.padding) / g.stride;
  p.columns = p.outChannels = g.inChannels;
  const int64_t area = g.kernel * g.kernel;
  const int64_t lastRow = firstRow + (p.tapRows - 1) * g.stride;
  const int64_t lastCol = firstCol + (p.tapCols - 1) * g.stride;
  p.weight = {weight + lastRow * g.kernel + lastCol, evenOffsets(g.inChannels, area), g.inChannels * area,
              -g.stride * g.kernel, -g.stride};
  p.y = denseOutput(dx, inputShape(g));
  p.y.base = row * p.y.rowPitch + col * p.y.pixelPitch;
  p.y.rowPitch *= g.stride;
  p.y.pixelPitch *= g.stride;
  correlate(p);
}

/// How many neighbouring pixels are computed as one: the cells of one would leave most of a vector empty.
int64_t pixelsTogether(const UpConvGeometry& g) {
  const int64_t fitting = kTileLanes / (4 * g.outChannels);
  return fitting > 1 && g.inWidth % fitting == 0 ? fitting : 1;
}

}  // namespace

void conv2d(const Operand& x, const float* weight, const float* bias, const ConvGeometry& g, bool half, Output y,
            MomentsOutput moments) {
  if (g.groups > 1) return depthwise(x, weight, bias, g, y, moments);
  Correlation p{};
  p.half = half;
  p.x = x;
  p.in = inputShape(g);
  p.tapRows = p.tapCols = g.kernel;
  p.stride = g.stride;
  p.top = p.left = g.padding;
  p.rows = g.outHeight;
  p.cols = g.outWidth;
  p.columns = p.outChannels = g.outChannels;
  const int64_t area = g.kernel * g.kernel;
  p.weight = {weight, evenOffsets(g.outChannels, g.inChannels * area), area, g.kernel, 1};
  p.y = denseOutput(y, outputShape(g));
  p.bias = bias;
  p.moments = moments;
  correlate(p);
}

void conv2dBackwardInput(const Operand& dy, const float* weight, const ConvGeometry& g, bool half, Output dx) {
  if (g.groups > 1) return depthwiseBackwardInput(dy, weight, g, dx);
  if (g.kernel < g.stride) fillZero(dx, g);  // a 1×1 kernel with stride 2 leaves three of four pixels unseen
  for (int64_t row = 0; row < g.stride; row++) {
    for (int64_t col = 0; col < g.stride; col++) backwardInputAtPhase(dy, weight, g, half, dx, row, col);
  }
}

void conv2dBackwardWeight(const Operand& x, const Operand& dy, const ConvGeometry& g, bool half, float* dWeight,
                          float* dBias) {
  if (g.groups > 1) return depthwiseBackwardWeight(x, dy, g, dWeight, dBias);
  weightGradient({x, inputShape(g), dy, g.outHeight, g.outWidth, g.outChannels, g.kernel, g.kernel, g.stride,
                  g.padding, g.padding, dWeight, half});
  if (dBias) channelSums(dy, g.batch * g.outHeight * g.outWidth, g.outChannels, dBias);
}

void upConv2d(const Operand& x, const float* weight, const float* bias, const UpConvGeometry& g, bool half, Output y,
              MomentsOutput moments) {
  const int64_t together = pixelsTogether(g);
  const int64_t channels = together * g.inChannels;
  const Scratch<float> scale(channels), shift(channels);
  Correlation p{};
  p.half = half;
  p.x = x;
  if (x.affine) {
    for (int64_t c = 0; c < channels; c++) {
      scale[c] = x.affine.scale[c % g.inChannels];
      shift[c] = x.affine.shift[c % g.inChannels];
    }
    p.x.affine = {scale.data(), shift.data(), x.affine.activation};
  }
  p.in = {g.batch, g.inHeight, g.inWidth / together, channels};
  p.tapRows = p.tapCols = p.stride = 1;
  p.rows = p.in.height;
  p.cols = p.in.width;
  // A pixel yields a 2×2 cell. Columns are in two groups, one for each row of the cells, and in each the pixels of that row
  // lie as in memory: [row][pixel · 2 + col][outChannels].
  const int64_t group = 2 * together * g.outChannels;
  p.columns = 2 * group;
  p.outChannels = g.outChannels;
  // A column sees the channels of its own pixel alone.
  const Scratch<float> wide(channels * p.columns);
  std::memset(wide.data(), 0, static_cast<size_t>(channels * p.columns) * sizeof(float));
  for (int64_t channel = 0; channel < channels; channel++) {
    const int64_t pixel = channel / g.inChannels;
    const float* const cell = weight + channel % g.inChannels * g.outChannels * 4;
    for (int64_t tap = 0; tap < 4; tap++) {
      float* const out = wide.data() + channel * p.columns + tap / 2 * group + (2 * pixel + tap % 2) * g.outChannels;
      for (int64_t n = 0; n < g.outChannels; n++) out[n] = cell[4 * n + tap];
    }
  }
  p.weight = {wide.data(), evenOffsets(p.columns, 1), p.columns, 0, 0};
  const int64_t rowPitch = p.cols * group;
  p.y = {y, 0, 2 * p.rows * rowPitch, 2 * rowPitch, group, group, rowPitch};
  p.bias = bias;
  p.moments = moments;
  correlate(p);
}

void upConv2dBackwardInput(const Operand& dy, const float* weight, const UpConvGeometry& g, bool half, Output dx) {
  conv2d(dy, weight, nullptr, transposed(g), half, dx, {});
}

void upConv2dBackwardWeight(const Operand& x, const Operand& dy, const UpConvGeometry& g, bool half,
                            float* dWeight, float* dBias) {
  const ConvGeometry t = transposed(g);
  weightGradient({dy, inputShape(t), x, t.outHeight, t.outWidth, t.outChannels, 2, 2, 2, 0, 0, dWeight, half});
  if (dBias) channelSums(dy, 4 * g.batch * g.inHeight * g.inWidth, g.outChannels, dBias);
}

}  // namespace INKSTONE_ISA
}  // namespace inkstone
