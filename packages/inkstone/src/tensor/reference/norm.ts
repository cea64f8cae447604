/** Batch-norm statistics and gradients. */
import type { Storage } from '../dtype.js';
import type { Kernels } from '../kernels.js';
import { DERIVATIVE } from './elementwise.js';
import { fillWith, values } from './memory.js';

/** Mean and biased variance of each channel, in two passes. */
export function computeMoments(x: Storage, channels: number, mean: Storage, variance: Storage): void {
  const input = values(x);
  const rows = input.length / channels;
  const average = (f: (value: number, channel: number) => number): Float64Array => {
    const sum = new Float64Array(channels);
    input.forEach((value, i) => {
      sum[i % channels]! += f(value, i % channels);
    });
    return sum.map((total) => total / rows);
  };
  const means = average((value) => value);
  const variances = average((value, channel) => (value - means[channel]!) ** 2);
  fillWith(mean, (c) => means[c]!);
  fillWith(variance, (c) => variances[c]!);
}

/**
 * With g = dy · f'(scale·x + shift) and x̂ = (x − mean) · inverseStd: dBeta = Σg, dGamma = Σ g·x̂, and
 * dx = scale · (g − [batch statistics] · (dBeta + x̂ · dGamma) / rows).
 */
function normBackward(batchStatistics: boolean): Kernels['batchNormBackward'] {
  return ({ storage, affine }, dy, mean, inverseStd, { rows, channels }, dx, dGamma, dBeta) => {
    if (!affine) throw new TypeError('batch norm backward needs an operand with an affine');
    const [x, gradient, means, inverse] = [values(storage), values(dy), values(mean), values(inverseStd)];
    const [scale, shift] = [values(affine.scale), values(affine.shift)];
    const derivative = DERIVATIVE[affine.activation];
    const g = x.map((value, i) => {
      const c = i % channels;
      return gradient[i]! * derivative(scale[c]! * value + shift[c]!);
    });
    const normalized = x.map((value, i) => (value - means[i % channels]!) * inverse[i % channels]!);
    const [sumG, sumGX] = [new Float64Array(channels), new Float64Array(channels)];
    g.forEach((value, i) => {
      sumG[i % channels]! += value;
      sumGX[i % channels]! += value * normalized[i]!;
    });
    fillWith(dx, (i) => {
      const c = i % channels;
      const centred = batchStatistics ? (sumG[c]! + normalized[i]! * sumGX[c]!) / rows : 0;
      return scale[c]! * (g[i]! - centred);
    });
    fillWith(dGamma, (c) => sumGX[c]!);
    fillWith(dBeta, (c) => sumG[c]!);
  };
}

export const norm = {
  moments: (x, { channels }, mean, variance) => computeMoments(x, channels, mean, variance),
  foldAffine(gamma, beta, mean, variance, epsilon, scale, shift, inverseStd) {
    const [g, b, means, variances] = [values(gamma), values(beta), values(mean), values(variance)];
    fillWith(inverseStd, (c) => 1 / Math.sqrt(variances[c]! + epsilon));
    const factors = values(inverseStd).map((inverse, c) => g[c]! * inverse);
    fillWith(scale, (c) => factors[c]!);
    fillWith(shift, (c) => b[c]! - means[c]! * factors[c]!);
  },
  batchNormBackward: normBackward(true),
  affineBackward: normBackward(false),
} satisfies Partial<Kernels>;
