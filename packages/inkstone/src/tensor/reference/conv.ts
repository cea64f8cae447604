/**
 * Convolutions by their definition. All six kernels visit the same terms (one product of an input value, a weight and
 * an output value each); they differ only in which of the three they sum into.
 */
import type { Storage } from '../dtype.js';
import type { ConvGeometry, Kernels, Moments, UpConvGeometry } from '../kernels.js';
import { resolve } from './elementwise.js';
import { fillWith, values } from './memory.js';
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

/** A convolution as the kernels below need it: its terms, and how many channels come in and go out. */
interface Terms {
  readonly inChannels: number;
  readonly outChannels: number;
  visit(visit: Visit): void;
}

function forward(
  terms: Terms,
  x: Float64Array,
  w: Storage,
  bias: Storage | undefined,
  y: Storage,
  m?: Moments,
): void {
  const weight = values(w);
  const start = bias && values(bias);
  const sum = Float64Array.from({ length: y.length }, (_, i) => start?.[i % terms.outChannels] ?? 0);
  terms.visit((xi, wi, yi) => {
    sum[yi]! += x[xi]! * weight[wi]!;
  });
  fillWith(y, (i) => sum[i]!);
  if (m) computeMoments(y, terms.outChannels, m.mean, m.variance);
}

function backwardInput(terms: Terms, dy: Storage, w: Storage, dx: Storage): void {
  const weight = values(w);
  const gradient = values(dy);
  const sum = new Float64Array(dx.length);
  terms.visit((xi, wi, yi) => {
    sum[xi]! += gradient[yi]! * weight[wi]!;
  });
  fillWith(dx, (i) => sum[i]!);
}

function backwardWeight(terms: Terms, x: Float64Array, dy: Storage, dWeight: Storage, dBias?: Storage): void {
  const gradient = values(dy);
  const sum = new Float64Array(dWeight.length);
  terms.visit((xi, wi, yi) => {
    sum[wi]! += x[xi]! * gradient[yi]!;
  });
  fillWith(dWeight, (i) => sum[i]!);
  if (!dBias) return;
  const biasSum = new Float64Array(terms.outChannels);
  gradient.forEach((value, i) => {
    biasSum[i % terms.outChannels]! += value;
  });
  fillWith(dBias, (i) => biasSum[i]!);
}

const conv = (g: ConvGeometry): Terms => ({ ...g, visit: (visit) => visitConv(g, visit) });
const upConv = (g: UpConvGeometry): Terms => ({ ...g, visit: (visit) => visitUpConv(g, visit) });

export const convolution = {
  conv2d: (x, weight, bias, g, y, moments) =>
    forward(conv(g), resolve(x, g.inChannels), weight, bias, y, moments),
  conv2dBackwardInput: (dy, weight, g, dx) => backwardInput(conv(g), dy, weight, dx),
  conv2dBackwardWeight: (x, dy, g, dWeight, dBias) =>
    backwardWeight(conv(g), resolve(x, g.inChannels), dy, dWeight, dBias),
  upConv2d: (x, weight, bias, g, y, moments) =>
    forward(upConv(g), resolve(x, g.inChannels), weight, bias, y, moments),
  upConv2dBackwardInput: (dy, weight, g, dx) => backwardInput(upConv(g), dy, weight, dx),
  upConv2dBackwardWeight: (x, dy, g, dWeight, dBias) =>
    backwardWeight(upConv(g), resolve(x, g.inChannels), dy, dWeight, dBias),
} satisfies Partial<Kernels>;
