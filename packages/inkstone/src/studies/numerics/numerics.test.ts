import { beforeAll, describe, expect, it } from 'vitest';
import { ExponentHistogram } from '../../amp/index.js';
import { Activate, BatchNorm2d, Conv2d, Sequential } from '../../nn/index.js';
import { maskedL1, setBackend, Tape, Tensor, tidy } from '../../tensor/index.js';
import { diagnose } from './diagnose.js';
import { NumericsObserver, type ObservedLayer } from './observer.js';

beforeAll(() => setBackend('reference'));

const SCALE = 2 ** 16;

function layer(activations: readonly number[], gradients: readonly number[], module = 'conv'): ObservedLayer {
  const observed = {
    module,
    operation: 'conv2d',
    activations: new ExponentHistogram(),
    gradients: new ExponentHistogram(),
  };
  observed.activations.add(Float32Array.from(activations));
  observed.gradients.add(Float32Array.from(gradients));
  return observed;
}

const diagnosed = (observed: ObservedLayer, storedAs: 'float16' | 'float32' = 'float16', scale = SCALE) =>
  diagnose([observed], [storedAs], scale);

describe('diagnose', () => {
  it('has nothing to say about numbers that fit', () => {
    const { layers, advice, largest_safe_scale } = diagnosed(layer([1, 4], [0.1, 0.01]));
    expect(layers[0]).toMatchObject({ problem: null, stored_as: 'float16' });
    expect(largest_safe_scale).toBe(2 ** 19);
    expect(advice).toEqual([expect.stringMatching(/^Nothing to do/)]);
  });

  it.each([
    ['activations overflow', layer([1e6], [0.1]), /no loss scale changes; train with trainer=bf16_safe/],
    ['gradients overflow', layer([1], [3, 0.1]), /skip steps until it is 16384 or less/],
    ['gradients overflow', layer([1], [1e6]), /at any loss scale from 1/],
    [
      'gradients vanish',
      layer([1], [2 ** -50]),
      /a factor of 3\.\d+e\+19|would overflow nowhere and save more/,
    ],
    ['broken in float32', layer([Number.NaN], [0.1]), /in float32 already, so precision is not the cause/],
  ])('%s', (problem, observed, advice) => {
    const diagnosis = diagnosed(observed);
    expect(diagnosis.layers[0]?.problem).toBe(problem);
    expect(diagnosis.advice[0]).toMatch(advice);
  });

  it('sends gradients that need both ends of the range to bfloat16', () => {
    const layers = [layer([1], [0.9], 'a'), layer([1], [2 ** -50], 'b')];
    const { advice } = diagnose(layers, ['float16', 'float16'], SCALE);
    expect(advice.join(' ')).toMatch(/b: gradients lose more than 1 % .* no room .*bf16_safe/);
  });

  it('names activations that fit with little room to grow', () => {
    const { layers, advice } = diagnose(
      [layer([8192], [0.1], 'head'), layer([9000], [0.1], 'kept'), layer([300], [0.1], 'neck')],
      ['float16', 'float32', 'float16'],
      SCALE,
    );
    expect(layers.every(({ problem }) => problem === null)).toBe(true);
    expect(advice).toEqual([
      expect.stringMatching(/^Nothing to do/),
      expect.stringMatching(/^head: activations reach 8192, 4 times below/),
    ]);
  });

  it('does not mind small gradients beside large ones, nor anything in a layer kept in float32', () => {
    expect(diagnosed(layer([1], [0.1, 1e-20, 1e-20])).layers[0]?.problem).toBeNull();
    const kept = diagnosed(layer([1e6], [2 ** -50]), 'float32');
    expect(kept.layers[0]?.problem).toBeNull();
    expect(kept.largest_safe_scale).toBeNull();
  });
});

describe('NumericsObserver', () => {
  it('names layers by their parameters, and adds batches up', () => {
    const network = new Sequential(
      new Conv2d(1, 2, { kernel: 3, bias: false }),
      new BatchNorm2d(2),
      new Activate('relu'),
      new Conv2d(2, 1, { kernel: 1 }),
      new Activate('sigmoid'),
    );
    network.parameters();
    const observer = new NumericsObserver();
    for (let batch = 0; batch < 2; batch += 1) {
      observer.nextBatch();
      tidy(() => {
        const tape = new Tape(observer);
        const x = Tensor.from(
          Float32Array.from({ length: 16 }, (_, i) => i),
          [1, 4, 4, 1],
        );
        const zeros = Tensor.zeros(x.shape);
        const ones = Tensor.from(new Float32Array(16).fill(1), x.shape);
        tape.backward(tape.record(() => maskedL1(network.call(x), zeros, ones)));
      });
    }
    expect(
      observer.layers.map(({ module, operation, activations, gradients }) => [
        `${module} ${operation}`,
        activations.total,
        gradients.total,
      ]),
    ).toEqual([
      ['0 conv2d', 64, 64],
      // A batch norm and its activation are applied by whoever reads them.
      ['1 batchNorm', 0, 64],
      ['3 conv2d', 32, 32],
      ['3 sigmoid', 32, 32],
    ]);
  });
});
