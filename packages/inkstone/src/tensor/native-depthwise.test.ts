import { describe, it } from 'vitest';
import type { ConvGeometry } from './kernels.js';
import { compareWithReference, FLOAT_TYPES } from './native-comparison.testing.js';

const geometry = (
  channels: number,
  kernel: number,
  stride: 1 | 2,
  inHeight: number,
  inWidth: number,
  batch = 2,
  padding = (kernel - 1) / 2,
): ConvGeometry => ({
  batch,
  inHeight,
  inWidth,
  inChannels: channels,
  outHeight: Math.floor((inHeight + 2 * padding - kernel) / stride) + 1,
  outWidth: Math.floor((inWidth + 2 * padding - kernel) / stride) + 1,
  outChannels: channels,
  kernel,
  stride,
  padding,
  groups: channels,
});

const GEOMETRIES: readonly ConvGeometry[] = [
  geometry(8, 3, 1, 24, 20),
  geometry(40, 3, 2, 41, 14),
  geometry(24, 5, 1, 15, 20, 1),
  geometry(48, 5, 2, 20, 11, 1),
  geometry(3, 3, 1, 7, 5),
  geometry(13, 5, 2, 9, 12, 3),
  geometry(288, 5, 1, 5, 5, 1),
  geometry(10, 7, 1, 9, 8),
  geometry(4, 1, 2, 6, 5),
  geometry(2, 3, 1, 1, 1, 1),
  geometry(9, 3, 2, 8, 8, 1, 0),
];

describe.each(FLOAT_TYPES)('depthwise convolution on %s agrees with the reference', (type) => {
  it.each(GEOMETRIES)('$inChannels channels, $kernel×$kernel, stride $stride', (g) => {
    const inLength = g.batch * g.inHeight * g.inWidth * g.inChannels;
    const outLength = g.batch * g.outHeight * g.outWidth * g.outChannels;
    const weights = g.inChannels * g.kernel ** 2;
    for (const activation of [undefined, 'hard_swish', 'sigmoid'] as const) {
      compareWithReference(({ backend, random, output, affine }) => {
        const x = { storage: random(type, inLength), affine: activation && affine(g.inChannels, activation) };
        const weight = random('float32', weights);
        const bias = activation && random('float32', g.inChannels);
        const vector = () => output('float32', g.inChannels);
        const moments = { mean: vector(), variance: vector() };
        const [y, plain, dx] = [output(type, outLength), output(type, outLength), output(type, inLength)];
        const dWeight = output('float32', weights);
        const dBias = bias && vector();
        backend.conv2d(x, weight, bias, g, y, moments);
        backend.conv2d(x, weight, bias, g, plain);
        const dy = random(type, outLength);
        backend.conv2dBackwardInput(dy, weight, g, dx);
        backend.conv2dBackwardWeight(x, dy, g, dWeight, dBias);
        // One value has no spread to speak of.
        const variance = outLength > g.outChannels ? [moments.variance] : [];
        return [y, plain, moments.mean, ...variance, dx, dWeight, ...(dBias ? [dBias] : [])];
      });
    }
  });
});
