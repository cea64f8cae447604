/**
 * Convolutions by their definition, but for 3×3 ones in half arithmetic. All six kernels visit the same terms (one product of an input value, a weight and
 * an output value each); they differ only in which of the three they sum into.
 */
import type { Storage } from '../dtype.js';
import type { ConvGeometry, Kernels, Moments, Operand, UpConvGeometry } from '../kernels.js';
import { resolve } from './elementwise.js';
import { fillWith, ROUND, values } from './memory.js';
import { computeMoments } from './norm.js';
import { isWinograd, winograd } from './winograd.js';

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

/** Sums of products of two operands, without a bias. In half arithmetic what is multiplied is rounded. */
type Sums<G> = (a: Float64Array, b: Float64Array, g: G, half?: boolean) => Float64Array;

interface Products<G> {
  /** Of inputs and weights. */
  readonly forward: Sums<G>;
  /** Of output gradients and weights. */
  readonly backwardInput: Sums<G>;
  /** Of inputs and output gradients. */
  readonly backwardWeight: Sums<G>;
}

const rounded = (operand: Float64Array): Float64Array => operand.map(ROUND.bfloat16);

/** By the definition: term by term. `sizes` are those of input, weight and output; `rounds` says whether halves are multiplied. */
function productsOf<G extends UpConvGeometry>(
  visitTerms: (geometry: G, visit: Visit) => void,
  sizes: (g: G) => readonly [x: number, weight: number, y: number],
  rounds: (g: G) => boolean,
): Products<G> {
  /** Term (x, weight, y) multiplies the elements of a and b that `left` and `right` name, and adds them to `into`. */
  const sums =
    (left: 0 | 1 | 2, right: 0 | 1 | 2, into: 0 | 1 | 2): Sums<G> =>
    (first, second, g, half) => {
      const [a, b] = half && rounds(g) ? [rounded(first), rounded(second)] : [first, second];
      const sum = new Float64Array(sizes(g)[into]);
      visitTerms(g, (...term) => {
        sum[term[into]]! += a[term[left]]! * b[term[right]]!;
      });
      return sum;
    };
  return { forward: sums(0, 1, 2), backwardInput: sums(2, 1, 0), backwardWeight: sums(0, 2, 1) };
}

/** The three kernels of a convolution. */
function kernelsOf<G extends UpConvGeometry>({ forward, backwardInput, backwardWeight }: Products<G>) {
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
      const sum = forward(resolve(x, g.inChannels), values(w), g, half);
      const start = bias && values(bias);
      fillWith(y, (i) => (start?.[i % g.outChannels] ?? 0) + sum[i]!);
      if (m) computeMoments(y, g.outChannels, m.mean, m.variance);
    },

    backwardInput(dy: Storage, w: Storage, g: G, dx: Storage, half?: boolean): void {
      const sum = backwardInput(values(dy), values(w), g, half);
      fillWith(dx, (i) => sum[i]!);
    },

    backwardWeight(x: Operand, dy: Storage, g: G, dWeight: Storage, dBias?: Storage, half?: boolean): void {
      const sum = backwardWeight(resolve(x, g.inChannels), values(dy), g, half);
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

const inSize = (g: UpConvGeometry): number => g.batch * g.inHeight * g.inWidth * g.inChannels;

const byDefinition = productsOf<ConvGeometry>(
  visitConv,
  (g) => [
    inSize(g),
    (g.outChannels * g.inChannels * g.kernel ** 2) / g.groups,
    g.batch * g.outHeight * g.outWidth * g.outChannels,
  ],
  ({ groups }) => groups === 1,
);

/** Half arithmetic as kernels have it that multiply in Winograd's form where that pays. */
const byWinograd: Products<ConvGeometry> = {
  forward: (x, w, g, half) =>
    half && isWinograd(g, g.batch * g.outHeight * g.outWidth)
      ? winograd.forward(x, w, g)
      : byDefinition.forward(x, w, g, half),
  backwardInput: (dy, w, g, half) =>
    half && isWinograd(g, g.batch * g.inHeight * g.inWidth)
      ? winograd.backwardInput(dy, w, g)
      : byDefinition.backwardInput(dy, w, g, half),
  backwardWeight: (x, dy, g, half) =>
    half && isWinograd(g, g.batch * g.outHeight * g.outWidth)
      ? winograd.backwardWeight(x, dy, g)
      : byDefinition.backwardWeight(x, dy, g, half),
};

const upConv = kernelsOf(
  productsOf<UpConvGeometry>(
    visitUpConv,
    (g) => [
      inSize(g),
      4 * g.inChannels * g.outChannels,
      4 * g.batch * g.inHeight * g.inWidth * g.outChannels,
    ],
    () => true,
  ),
);

/** `halfWinograd`: see `createReferenceBackend`. */
export function convolution(halfWinograd: boolean) {
  const conv = kernelsOf(halfWinograd ? byWinograd : byDefinition);
  return {
    conv2d: conv.forward,
    conv2dBackwardInput: conv.backwardInput,
    conv2dBackwardWeight: conv.backwardWeight,
    upConv2d: upConv.forward,
    upConv2dBackwardInput: upConv.backwardInput,
    upConv2dBackwardWeight: upConv.backwardWeight,
  } satisfies Partial<Kernels>;
}
