import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Backend } from './backend.js';
import { checkGradients, FLOAT32_CHECK, FLOAT64_CHECK, pseudoRandom } from './check-gradients.testing.js';
import {
  activate,
  add,
  addUpsampled,
  backend,
  balancedCrossEntropy,
  batchNorm,
  cast,
  concatUpsampled,
  conv2d,
  diceLoss,
  differentiableStep,
  globalAveragePool,
  loadBackend,
  maskedL1,
  maxPool3x3,
  multiplyChannels,
  type Parameter,
  type Shape,
  setBackend,
  Tensor,
  upConv2d,
  weightedSum,
} from './index.js';
import type { Activation } from './kernels.js';

interface Size {
  readonly n: number;
  readonly h: number;
  readonly w: number;
  readonly c: number;
  readonly o: number;
}

interface Case {
  readonly shapes: (size: Size) => readonly Shape[];
  readonly operation: (...inputs: Parameter[]) => Tensor;
}

/** Small, odd and even, with the channel counts that have kernels of their own: 1 and 3, and multiples of 8 with a rest. */
const size: fc.Arbitrary<Size> = fc.record({
  n: fc.integer({ min: 1, max: 2 }),
  h: fc.integer({ min: 3, max: 7 }),
  w: fc.integer({ min: 3, max: 7 }),
  c: fc.constantFrom(1, 2, 3, 8, 11),
  o: fc.constantFrom(1, 3, 8, 9),
});

const image = ({ n, h, w, c }: Size): Shape => [n, h, w, c];

function withMaps(size: number, operation: (target: Tensor, mask: Tensor) => Tensor): Tensor {
  const bits = (seed: number, share: number) =>
    Float64Array.from(pseudoRandom(size, seed), (x) => (x < 2 * share - 1 ? 1 : 0));
  return operation(Tensor.from(bits(5, 0.3), [size]), Tensor.from(bits(6, 0.8), [size]));
}

function normalized(training: boolean, activation: Activation): Case {
  return {
    shapes: (s) => [image(s), [s.c], [s.c]],
    operation: (x, gamma, beta) => {
      const statistics = () => Tensor.from(new Float32Array(gamma.length).fill(0.7), gamma.shape);
      const running = { mean: statistics(), variance: statistics() };
      return batchNorm(x, gamma, beta, running, { training, activation });
    },
  };
}

const conv = (kernel: number, stride: 1 | 2, depthwise = false): Case => ({
  shapes: (s) =>
    depthwise ? [image(s), [s.c, 1, kernel, kernel], [s.c]] : [image(s), [s.o, s.c, kernel, kernel], [s.o]],
  operation: (x, weight, bias) =>
    conv2d(x, weight, bias, {
      stride,
      padding: (kernel - 1) / 2,
      groups: depthwise ? x.imageShape.channels : 1,
    }),
});

const CASES: Readonly<Record<string, Case>> = {
  'conv2d 1×1': conv(1, 1),
  'conv2d 1×1 stride 2': conv(1, 2),
  'conv2d 3×3': conv(3, 1),
  'conv2d 3×3 stride 2': conv(3, 2),
  'conv2d 7×7 stride 2': conv(7, 2),
  'conv2d depthwise 3×3': conv(3, 1, true),
  'conv2d depthwise 5×5 stride 2': conv(5, 2, true),
  upConv2d: {
    shapes: (s) => [image(s), [s.c, s.o, 2, 2], [s.o]],
    operation: (x, weight, bias) => upConv2d(x, weight, bias),
  },
  'batchNorm, relu': normalized(true, 'relu'),
  'batchNorm, hard swish': normalized(true, 'hard_swish'),
  'batchNorm, running statistics': normalized(false, 'hard_swish'),
  'convolution, batchNorm, convolution': {
    shapes: (s) => [image(s), [s.o, s.c, 3, 3], [s.o], [s.o], [3, s.o, 3, 3]],
    operation: (x, first, gamma, beta, second) => {
      const running = { mean: Tensor.zeros(gamma.shape), variance: Tensor.zeros(gamma.shape) };
      const y = conv2d(x, first, undefined, { padding: 1, moments: true });
      return conv2d(batchNorm(y, gamma, beta, running, { training: true, activation: 'relu' }), second);
    },
  },
  relu: { shapes: (s) => [image(s)], operation: (x) => activate(x, 'relu') },
  hardSwish: { shapes: (s) => [image(s)], operation: (x) => activate(x, 'hard_swish') },
  hardSigmoid: { shapes: (s) => [image(s)], operation: (x) => activate(x, 'hard_sigmoid') },
  sigmoid: { shapes: (s) => [image(s)], operation: (x) => activate(x, 'sigmoid') },
  add: { shapes: (s) => [image(s), image(s)], operation: (a, b) => add(a, b) },
  'add, relu': { shapes: (s) => [image(s), image(s)], operation: (a, b) => add(a, b, 'relu') },
  'one input read twice': {
    shapes: (s) => [image(s)],
    operation: (x) => add(activate(x, 'sigmoid'), add(x, x)),
  },
  multiplyChannels: { shapes: (s) => [image(s), [s.n, 1, 1, s.c]], operation: multiplyChannels },
  cast: { shapes: (s) => [image(s)], operation: (x) => cast(x, 'float32') },
  upsample: { shapes: (s) => [image(s)], operation: (x) => concatUpsampled([[x, 2]]) },
  addUpsampled: {
    shapes: (s) => [[s.n, 2 * s.h, 2 * s.w, s.c], image(s)],
    operation: addUpsampled,
  },
  concatUpsampled: {
    shapes: (s) => [[s.n, 4 * s.h, 4 * s.w, s.o], [s.n, 2 * s.h, 2 * s.w, s.c], image(s)],
    operation: (a, b, c) =>
      concatUpsampled([
        [a, 0],
        [b, 1],
        [c, 2],
      ]),
  },
  maxPool3x3: { shapes: (s) => [image(s)], operation: maxPool3x3 },
  globalAveragePool: { shapes: (s) => [image(s)], operation: globalAveragePool },
  differentiableStep: {
    shapes: (s) => [image(s), image(s)],
    operation: (p, t) => differentiableStep(p, t, 3),
  },
  balancedCrossEntropy: {
    shapes: (s) => [image(s)],
    operation: (x) => withMaps(x.length, (target, mask) => balancedCrossEntropy(x, target, mask)),
  },
  maskedL1: {
    shapes: (s) => [image(s)],
    operation: (x) => withMaps(x.length, (target, mask) => maskedL1(x, target, mask)),
  },
  diceLoss: {
    shapes: (s) => [image(s)],
    operation: (x) => withMaps(x.length, (target, mask) => diceLoss(activate(x, 'sigmoid'), target, mask)),
  },
  weightedSum: {
    shapes: () => [[], []],
    operation: (a, b) =>
      weightedSum([
        [5, a],
        [-2, b],
      ]),
  },
};

for (const name of ['reference', 'native', 'wasm'] as const) {
  const loaded = tryLoad(name);
  describe.skipIf(typeof loaded === 'string')(
    `gradients on ${name}${typeof loaded === 'string' ? ` (skipped: ${loaded})` : ''}`,
    () => {
      beforeAll(() => setBackend(loaded as Backend));
      afterAll(() => setBackend('reference'));

      it.each(Object.entries(CASES))('%s', (_, { shapes, operation }) => {
        const before = backend().memory().currentBytes;
        const check = name === 'reference' ? FLOAT64_CHECK : FLOAT32_CHECK;
        fc.assert(
          fc.property(size, fc.integer({ min: 1, max: 1000 }), (s, seed) => {
            checkGradients(operation, shapes(s), check, seed);
          }),
          { numRuns: 8, seed: 20 },
        );
        expect(backend().memory().currentBytes).toBe(before);
      });
    },
  );
}

function tryLoad(name: Backend['name']): Backend | string {
  try {
    return loadBackend(name);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
