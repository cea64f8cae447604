import { beforeAll, describe, expect, it } from 'vitest';
import { Activate, Adam, BatchNorm2d, Conv2d, manualSeed, Sequential, Sgd, UpConv2d } from '../nn/index.js';
import {
  activate,
  add,
  addUpsampled,
  balancedCrossEntropy,
  batchNorm,
  cast,
  concatUpsampled,
  conv2d,
  diceLoss,
  differentiableStep,
  globalAveragePool,
  hardSigmoid,
  maskedL1,
  maxPool3x3,
  multiplyChannels,
  normalizeImage,
  Parameter,
  persistent,
  relu,
  setBackend,
  sigmoid,
  storageTypes,
  Tape,
  Tensor,
  tidy,
  upConv2d,
} from '../tensor/index.js';
import { createPrecision, decideArithmetic, PRECISION_NAMES } from './precision.js';

beforeAll(() => setBackend('reference'));

const SHAPE = [1, 4, 4, 3] as const;

/** Which of a precision's types each operation stores its result in. */
const POLICY = {
  normalizeImage: 'activations',
  conv2d: 'activations',
  upConv2d: 'activations',
  batchNorm: 'activations',
  relu: 'activations',
  hardSwish: 'activations',
  add: 'activations',
  multiplyChannels: 'activations',
  maxPool3x3: 'activations',
  addUpsampled: 'activations',
  concatUpsampled: 'activations',
  // The vectors of squeeze-and-excite: few numbers, each multiplies a whole channel.
  globalAveragePool: 'float32',
  hardSigmoid: 'float32',
  'upConv2d of the logits': 'logits',
  sigmoid: 'logits',
  differentiableStep: 'logits',
  balancedCrossEntropy: 'logits',
  maskedL1: 'logits',
  diceLoss: 'logits',
} as const;

/** A small network with everything the policy speaks of, each result under its name there. */
function everyOperation(): Readonly<Record<keyof typeof POLICY, Tensor>> {
  const image = Tensor.from(new Uint8Array(48).fill(100), SHAPE, 'uint8');
  const weight = new Parameter(new Float32Array(9).fill(0.1), [3, 3, 1, 1]);
  const up = new Parameter(new Float32Array(36).fill(0.1), [3, 3, 2, 2]);
  const vector = new Parameter([1, 1, 1], [3]);
  const running = { mean: Tensor.zeros([3]), variance: Tensor.from([1, 1, 1], [3]) };
  const x = normalizeImage(image, [0.5, 0.5, 0.5], [0.5, 0.5, 0.5]);
  const pooled = globalAveragePool(x);
  const logits = upConv2d(x, up, undefined, { outputType: storageTypes().logits });
  const maps = Tensor.from(new Float32Array(logits.length).fill(1), logits.shape);
  const probability = sigmoid(logits);
  return {
    normalizeImage: x,
    conv2d: conv2d(x, weight),
    upConv2d: upConv2d(x, up),
    batchNorm: batchNorm(x, vector, vector, running, { training: true }),
    relu: relu(x),
    hardSwish: activate(x, 'hard_swish'),
    add: add(x, x),
    multiplyChannels: multiplyChannels(x, pooled),
    maxPool3x3: maxPool3x3(x),
    addUpsampled: addUpsampled(concatUpsampled([[x, 1]]), x),
    concatUpsampled: concatUpsampled([[x, 0]]),
    globalAveragePool: pooled,
    hardSigmoid: hardSigmoid(pooled),
    'upConv2d of the logits': logits,
    sigmoid: probability,
    differentiableStep: differentiableStep(probability, probability, 50),
    balancedCrossEntropy: balancedCrossEntropy(logits, maps, maps),
    maskedL1: maskedL1(probability, maps, maps),
    diceLoss: diceLoss(probability, maps, maps),
  };
}

describe('autocast', () => {
  it.each(PRECISION_NAMES)('stores what the policy says in %s', (name) => {
    const precision = createPrecision(name);
    const results = tidy(() => precision.forward(everyOperation));
    const stored = Object.fromEntries(Object.entries(results).map(([key, { dtype }]) => [key, dtype]));
    const types = { ...precision.types, float32: 'float32' };
    const policy = Object.entries(POLICY).map(([key, storageClass]) => [key, types[storageClass]]);
    expect(stored).toEqual(Object.fromEntries(policy));
  });

  it('ends with the forward pass, even one that fails', () => {
    const fail = () => {
      throw new Error('inside');
    };
    expect(() => createPrecision('16-mixed').forward(fail)).toThrow('inside');
    expect(storageTypes().activations).toBe('float32');
  });
});

describe('arithmetic', () => {
  /** One product of 1 and a number that bfloat16 does not hold, and the gradient of the 1 from that number. */
  function product(name: string, arithmetic: 'storage' | 'half') {
    const number = 1 + 2 ** -9;
    return tidy(() => {
      const precision = createPrecision(name, { arithmetic });
      const weight = new Parameter([number], [1, 1, 1, 1]);
      const tape = new Tape();
      const y = tape.record(() =>
        precision.forward(() => {
          const x = cast(Tensor.from([1], [1, 1, 1, 1]), storageTypes().activations);
          return conv2d(x, weight, undefined, { outputType: 'float32' });
        }),
      );
      precision.backward(tape, y, number / (precision.scaler?.scale ?? 1));
      return [y.item(), weight.grad?.item()];
    });
  }

  it('rounds both operands of a product to bfloat16 in half, forward and backward', () => {
    expect(product('bf16-mixed', 'half')).toEqual([1, 1]);
    expect(product('bf16-mixed', 'storage')).toEqual([1 + 2 ** -9, 1 + 2 ** -9]);
  });

  it.each(['32-true', '16-mixed'])('multiplies fp32 in %s, whatever is asked for', (name) => {
    expect(product(name, 'half')).toEqual([1 + 2 ** -9, 1 + 2 ** -9]);
  });

  it('is decided for bf16 alone, and by what the processor has: the reference backend has nothing', () => {
    expect(decideArithmetic('bf16-mixed', 'auto')).toBe('storage');
    expect(decideArithmetic('bf16-mixed', 'half')).toBe('half');
    expect(decideArithmetic('32-true', 'auto')).toBe('auto');
  });
});

/** Two blocks on fixed data; returns the weights after some steps with accumulation. */
function train(name: string, steps: number): { weights: Float64Array; norms: number[] } {
  manualSeed(3);
  const network = new Sequential(
    new Conv2d(3, 4, { kernel: 3, bias: false }),
    new BatchNorm2d(4),
    new Activate('relu'),
    new UpConv2d(4, 1, { logits: true }),
  );
  const precision = createPrecision(name);
  const optimizer = new Adam(network.parameters(), { lr: 1e-2 });
  const pixels = Uint8Array.from({ length: 2 * 8 * 8 * 3 }, (_, i) => (i * 37) % 256);
  const bits = Float32Array.from({ length: 2 * 16 * 16 }, (_, i) => (i % 5 === 0 ? 1 : 0));
  const norms = Array.from({ length: steps }, () => {
    network.zeroGrad();
    for (let half = 0; half < 2; half++) {
      tidy(() => {
        const tape = new Tape();
        const image = Tensor.from(pixels, [2, 8, 8, 3], 'uint8');
        const target = Tensor.from(bits, [2, 16, 16, 1]);
        const mask = Tensor.from(new Float32Array(bits.length).fill(1), target.shape);
        const loss = tape.record(() =>
          precision.forward(() => {
            const x = normalizeImage(image, [0.5, 0.5, 0.5], [0.25, 0.25, 0.25]);
            return balancedCrossEntropy(network.call(x), target, mask);
          }),
        );
        precision.backward(tape, loss, 0.5);
      });
    }
    return precision.step(optimizer, { clip: { algorithm: 'norm', value: 5 } }).gradientNorm;
  });
  const weights = Float64Array.from(network.parameters().flatMap((parameter) => [...parameter.read()]));
  return { weights, norms };
}

describe('losses left in float16', () => {
  const lossOf = (name: string, side: number) =>
    tidy(() => {
      const map = Tensor.from(new Float32Array(side * side).fill(1), [1, side, side, 1]);
      const logits = new Parameter(new Float32Array(side * side), map.shape, 'logits', 'float16');
      const tape = new Tape();
      const loss = tape.record(() =>
        maskedL1(sigmoid(name === '16-unsafe' ? logits : cast(logits, 'float32')), map, map),
      );
      tape.backward(loss);
      return { value: loss.item(), gradient: logits.grad!.read()[0]! };
    });

  it('are right while their sums are below 65504, and vanish with their gradients above', () => {
    expect(lossOf('16-unsafe', 64).value).toBe(0.5);
    expect(lossOf('16-unsafe', 64).gradient).not.toBe(0);
    expect(lossOf('16-unsafe', 300).value).toBe(0);
    expect(lossOf('16-unsafe', 300).gradient).toBeCloseTo(0, 300);
    expect(lossOf('16-mixed', 300).value).toBeCloseTo(0.5, 6);
  });
});

describe('Precision', () => {
  it('refuses 64-true with a reason and anything else with the choices', () => {
    expect(() => createPrecision('64-true')).toThrow(/no float64 kernels/);
    expect(() => createPrecision('8-bit')).toThrow(/32-true, 16-mixed, bf16-mixed/);
  });

  it.each([
    ['16-mixed', 0.01],
    ['bf16-mixed', 0.05],
  ])('trains in %s almost as in fp32, with unscaled gradient norms', (name, tolerance) => {
    const single = train('32-true', 5);
    const half = train(name, 5);
    for (const [step, norm] of half.norms.entries()) {
      expect(Math.abs(norm / single.norms[step]! - 1)).toBeLessThan(tolerance);
    }
  });

  it('skips an overflowing step, halves the scale and reports both', () => {
    const parameter = new Parameter([1], [1], 'w');
    const optimizer = new Sgd([parameter], { lr: 1 });
    const precision = createPrecision('16-mixed');
    parameter.grad = Tensor.from([Number.POSITIVE_INFINITY], [1]);
    expect(precision.step(optimizer)).toMatchObject({ skipped: true, lossScale: 32768, skippedSteps: 1 });
    expect(parameter.item()).toBe(1);
  });

  it('gives the losses back as numbers, and lets them be refused before anything changes', () => {
    const parameter = withGradient([1], [0.5]);
    const optimizer = new Sgd([parameter], { lr: 1 });
    const losses = [
      { loss: Tensor.scalar(3), part: Tensor.scalar(1) },
      { loss: Tensor.scalar(Number.NaN), part: Tensor.scalar(2) },
    ];
    const beforeUpdate = ([, second]: readonly { readonly loss?: number }[]) => {
      if (Number.isNaN(second?.loss)) throw new Error('no number');
    };
    const precision = createPrecision('32-true');
    expect(() => precision.step(optimizer, { losses, beforeUpdate })).toThrow('no number');
    expect(parameter.item()).toBe(1);
    expect(precision.step(optimizer, { losses }).losses).toEqual([
      { loss: 3, part: 1 },
      { loss: Number.NaN, part: 2 },
    ]);
    expect(parameter.item()).toBe(0.5);
  });
});

function withGradient(values: readonly number[], gradient: readonly number[]): Parameter {
  const parameter = new Parameter(values, [values.length], 'w');
  parameter.grad = persistent(() => Tensor.from(gradient, [gradient.length]));
  return parameter;
}

describe.each(['32-true', '16-mixed'])('clipping in %s', (name) => {
  const step = (parameters: readonly Parameter[], algorithm: 'norm' | 'value', value: number) => {
    const precision = createPrecision(name);
    const scale = precision.scaler?.scale ?? 1;
    for (const { grad } of parameters) grad!.write(grad!.read().map((x) => x * scale));
    return precision.step(new Sgd(parameters, { lr: 1 }), { clip: { algorithm, value } });
  };

  it('by norm brings the common norm to the limit and reports the one from before', () => {
    const [a, b] = [withGradient([0, 0], [3, 0]), withGradient([0, 0], [0, 4])];
    const report = step([a, b], 'norm', 1);
    expect(report.gradientNorm).toBe(5);
    expect(report.clippedNorm).toBeCloseTo(1, 6);
    expect(report.gradients.map(({ norm, clippedNorm }) => [norm, clippedNorm])).toEqual([
      [3, expect.closeTo(0.6, 6)],
      [4, expect.closeTo(0.8, 6)],
    ]);
    expect(a.grad!.read()[0]).toBeCloseTo(0.6, 6);
    expect(a.read()[0]).toBeCloseTo(-0.6, 6);
    expect(step([withGradient([0], [0.6]), withGradient([0], [0.8])], 'norm', 10)).toMatchObject({
      gradientNorm: expect.closeTo(1, 6),
      clippedNorm: expect.closeTo(1, 6),
    });
  });

  it('by value limits each number', () => {
    const a = withGradient([0, 0], [3, -0.5]);
    const report = step([a], 'value', 1);
    expect([...a.grad!.read()]).toEqual([1, -0.5]);
    expect(report.gradientNorm).toBeCloseTo(Math.hypot(3, 0.5), 12);
    expect(report.clippedNorm).toBeCloseTo(Math.hypot(1, 0.5), 12);
  });
});
