/** Convolution and transposed convolution. */
import { storageTypes } from '../autocast.js';
import { backend } from '../current.js';
import type { DType } from '../dtype.js';
import { expectShape } from '../errors.js';
import type { ConvGeometry, Moments } from '../kernels.js';
import { record } from '../tape.js';
import { Tensor } from '../tensor.js';

interface ConvOutputOptions {
  /** Gather batch-norm statistics of the output in the kernel's epilogue and hang them on the result (`moments`). */
  readonly moments?: boolean;
  /** Storage type of the output: the input's, or float32. Default: the input's. */
  readonly outputType?: DType;
}

export interface Conv2dOptions extends ConvOutputOptions {
  /** Default 1. */
  readonly stride?: 1 | 2;
  /** Zeros on each side. Default 0. */
  readonly padding?: number;
  /** 1 (dense, default) or the number of channels (depthwise). */
  readonly groups?: number;
}

/**
 * y[n,h,w,o] = bias[o] + Σ x[n, h·stride + i − padding, w·stride + j − padding, c] · weight[o,c,i,j].
 *
 * @param x `[N, H, W, C]`
 * @param weight `[O, C / groups, k, k]`, k odd
 * @param bias `[O]` or none
 * @returns `[N, (H + 2·padding − k) / stride + 1, …, O]`
 */
export function conv2d(x: Tensor, weight: Tensor, bias?: Tensor, options: Conv2dOptions = {}): Tensor {
  return convolve('conv2d', x, weight, bias, convGeometry(x, weight, bias, options), options);
}

/**
 * Transposed convolution 2×2 with stride 2: y[n, 2h+i, 2w+j, o] = bias[o] + Σ x[n,h,w,c] · weight[c,o,i,j].
 *
 * @param x `[N, H, W, C]`
 * @param weight `[C, O, 2, 2]`
 * @param bias `[O]` or none
 * @returns `[N, 2H, 2W, O]`
 */
export function upConv2d(x: Tensor, weight: Tensor, bias?: Tensor, options: ConvOutputOptions = {}): Tensor {
  return convolve('upConv2d', x, weight, bias, upConvGeometry(x, weight, bias), options);
}

function convolve(
  name: 'conv2d' | 'upConv2d',
  x: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
  geometry: ConvGeometry,
  options: ConvOutputOptions,
): Tensor {
  const { batch, outHeight, outWidth, outChannels } = geometry;
  const y = Tensor.empty([batch, outHeight, outWidth, outChannels], options.outputType ?? x.dtype);
  const moments = options.moments ? attachMoments(y, outChannels) : undefined;
  // Decided here for the backward pass too: that runs when nobody says any more what is in force.
  const half = x.dtype === 'bfloat16' && storageTypes().arithmetic === 'half';
  backend()[name](x.operand, weight.storage, bias?.storage, geometry, y.storage, moments, half);

  const { stride, padding, groups } = geometry;
  const call = { name, settings: { stride, padding, groups } };
  return record(call, y, bias ? [x, weight, bias] : [x, weight], [x], (dy) => {
    const dWeight = Tensor.empty(weight.shape, weight.dtype);
    const dBias = bias && Tensor.empty(bias.shape, bias.dtype);
    const backwardWeight = backend()[`${name}BackwardWeight` as const];
    backwardWeight(x.operand, dy.storage, geometry, dWeight.storage, dBias?.storage, half);
    if (!x.requiresGrad) return [undefined, dWeight, dBias];
    const dx = Tensor.empty(x.shape, x.dtype);
    backend()[`${name}BackwardInput` as const](dy.storage, weight.storage, geometry, dx.storage, half);
    return [dx, dWeight, dBias];
  });
}

function attachMoments(y: Tensor, channels: number): Moments {
  const mean = Tensor.empty([channels]).retain();
  const variance = Tensor.empty([channels]).retain();
  y.moments = { mean, variance };
  return { mean: mean.storage, variance: variance.storage };
}

function convGeometry(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
  options: Conv2dOptions,
): ConvGeometry {
  const { stride = 1, padding = 0, groups = 1 } = options;
  const { batch, height, width, channels } = x.imageShape;
  const [outChannels = 0, channelsPerGroup = 0, kernel = 0, kernelWidth = 0] = weight.shape;
  const shapes = `x [${x.shape.join(', ')}], weight [${weight.shape.join(', ')}], groups ${groups}`;
  expectShape(weight.shape.length === 4 && kernel === kernelWidth && kernel % 2 === 1, 'conv2d', () => {
    return `the weight must be [O, I, k, k] with odd k: ${shapes}`;
  });
  expectShape(groups === 1 || (groups === channels && groups === outChannels), 'conv2d', () => {
    return `groups must be 1 or equal the input's and the output's channels: ${shapes}`;
  });
  expectShape(channelsPerGroup * groups === channels, 'conv2d', () => `channels do not match: ${shapes}`);
  expectBias('conv2d', bias, outChannels);
  const outHeight = Math.floor((height + 2 * padding - kernel) / stride) + 1;
  const outWidth = Math.floor((width + 2 * padding - kernel) / stride) + 1;
  expectShape(
    outHeight > 0 && outWidth > 0,
    'conv2d',
    () => `the image is smaller than the kernel: ${shapes}`,
  );
  return {
    batch,
    inHeight: height,
    inWidth: width,
    inChannels: channels,
    outHeight,
    outWidth,
    outChannels,
    kernel,
    stride,
    padding,
    groups,
  };
}

function upConvGeometry(x: Tensor, weight: Tensor, bias: Tensor | undefined): ConvGeometry {
  const { batch, height, width, channels } = x.imageShape;
  const [inChannels, outChannels = 0, kernelHeight, kernelWidth] = weight.shape;
  expectShape(inChannels === channels && kernelHeight === 2 && kernelWidth === 2, 'upConv2d', () => {
    return `the weight must be [${channels}, O, 2, 2], got [${weight.shape.join(', ')}]`;
  });
  expectBias('upConv2d', bias, outChannels);
  return {
    batch,
    inHeight: height,
    inWidth: width,
    inChannels: channels,
    outHeight: 2 * height,
    outWidth: 2 * width,
    outChannels,
    kernel: 2,
    stride: 2,
    padding: 0,
    groups: 1,
  };
}

function expectBias(operation: string, bias: Tensor | undefined, channels: number): void {
  expectShape(!bias || (bias.shape.length === 1 && bias.length === channels), operation, () => {
    return `the bias must be [${channels}], got [${bias?.shape.join(', ')}]`;
  });
}
