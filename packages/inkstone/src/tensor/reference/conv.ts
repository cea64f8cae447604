/**
 * Convolutions by their definition. All six kernels visit the same terms (one product of an input value, a weight and
 * an output value each); they differ only in which of the three they sum into.
 */
import type { Storage } from '../dtype.js';
import type { ConvGeometry, Kernels, Moments, Operand, UpConvGeometry } from '../kernels.js';
import { resolve } from './elementwise.js';
import { fillWith, ROUND, values } from './memory.js';
import { computeMoments } from './norm.js';

/** Calls back with flat indices (input, weight, output) of every term. */
type Visit = (x: number, weight: number, y: number) => void;

function visitConv(g: ConvGeometry, visit: Visit): void {
  const inPerGroup = g.inChannels / g.groups;
  const outPerGroup = g.outChannels / g.groups;
  for (let n = 0; n < g.batch; n++) {
    for (let oy = 0; oy < g.outHeight; oy++) {
      for (let ox = 0; ox < g.outWidth; ox++) {
        const y = ((n * g.outHeight + oy) * g.outWidth + ox) * g.outChannels;
        for (let ky = 0; ky < g.kernel; ky++) {
          const iy = oy * g.stride + ky - g.padding;
          if (iy < 0 || iy >= g.inHeight) continue;
          for (let kx = 0; kx < g.kernel; kx++) {
            const ix = ox * g.stride + kx - g.padding;
            if (ix < 0 || ix >= g.inWidth) continue;
            const x = ((n * g.inHeight + iy) * g.inWidth + ix) * g.inChannels;
            for (let o = 0; o < g.outChannels; o++) {
              const firstInput = Math.floor(o / outPerGroup) * inPerGroup;
              for (let c = 0; c < inPerGroup; c++) {
                visit(x + firstInput + c, ((o * inPerGroup + c) * g.kernel + ky) * g.kernel + kx, y + o);
              }
            }
          }
        }
      }
    }
  }
}

function visitUpConv(g: UpConvGeometry, visit: Visit): void {
  for (let n = 0; n < g.batch; n++) {
    for (let iy = 0; iy < g.inHeight; iy++) {
      for (let ix = 0; ix < g.inWidth; ix++) {
        const x = ((n * g.inHeight + iy) * g.inWidth + ix) * g.inChannels;
        for (let ky = 0; ky < 2; ky++) {
          for (let kx = 0; kx < 2; kx++) {
            const pixel = (n * 2 * g.inHeight + 2 * iy + ky) * 2 * g.inWidth + 2 * ix + kx;
            for (let c = 0; c < g.inChannels; c++) {
              for (let o = 0; o < g.outChannels; o++) {
                visit(x + c, ((c * g.outChannels + o) * 2 + ky) * 2 + kx, pixel * g.outChannels + o);
              }
            }
          }
        }
      }
    }
  }
}

/** The three kernels of a convolution, from its terms. `factors` rounds them in half arithmetic. */
function kernelsOf<G extends UpConvGeometry>(
  visitTerms: (geometry: G, visit: Visit) => void,
  factors: (operand: Float64Array, g: G, half?: boolean) => Float64Array,
) {
  return {
    forward(
      x: Operand,
      w: Storage,
      bias: Storage | undefined,
      g: G,
      y: Storage,
      m?: Moments,
      half?: boolean,
    ): void {
      const input = factors(resolve(x, g.inChannels), g, half);
      const weight = factors(values(w), g, half);
      const start = bias && values(bias);
      const sum = Float64Array.from({ length: y.length }, (_, i) => start?.[i % g.outChannels] ?? 0);
      visitTerms(g, (xi, wi, yi) => {
        sum[yi]! += input[xi]! * weight[wi]!;
      });
      fillWith(y, (i) => sum[i]!);
      if (m) computeMoments(y, g.outChannels, m.mean, m.variance);
    },

    backwardInput(dy: Storage, w: Storage, g: G, dx: Storage, half?: boolean): void {
      const [gradient, weight] = [factors(values(dy), g, half), factors(values(w), g, half)];
      const sum = new Float64Array(dx.length);
      visitTerms(g, (xi, wi, yi) => {
        sum[xi]! += gradient[yi]! * weight[wi]!;
      });
      fillWith(dx, (i) => sum[i]!);
    },

    backwardWeight(x: Operand, dy: Storage, g: G, dWeight: Storage, dBias?: Storage, half?: boolean): void {
      const [input, gradient] = [factors(resolve(x, g.inChannels), g, half), factors(values(dy), g, half)];
      const sum = new Float64Array(dWeight.length);
      visitTerms(g, (xi, wi, yi) => {
        sum[wi]! += input[xi]! * gradient[yi]!;
      });
      fillWith(dWeight, (i) => sum[i]!);
      if (!dBias) return;
      const biasSum = new Float64Array(g.outChannels);
      values(dy).forEach((value, i) => {
        biasSum[i % g.outChannels]! += value;
      });
      fillWith(dBias, (i) => biasSum[i]!);
    },
  };
}

const rounded = (operand: Float64Array): Float64Array => operand.map(ROUND.bfloat16);

const conv = kernelsOf<ConvGeometry>(visitConv, (operand, { groups }, half) =>
  half && groups === 1 ? rounded(operand) : operand,
);
const upConv = kernelsOf<UpConvGeometry>(visitUpConv, (operand, _, half) =>
  half ? rounded(operand) : operand,
);

export const convolution = {
  conv2d: conv.forward,
  conv2dBackwardInput: conv.backwardInput,
  conv2dBackwardWeight: conv.backwardWeight,
  upConv2d: upConv.forward,
  upConv2dBackwardInput: upConv.backwardInput,
  upConv2dBackwardWeight: upConv.backwardWeight,
} satisfies Partial<Kernels>;
