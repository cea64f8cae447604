import { describe, expect, it } from 'vitest';
import { backend as b } from './kernels-under-test.testing.js';
import { compareWithReference } from './native-comparison.testing.js';

const LENGTHS = [1, 10, 70_003];

describe('losses and the differentiable step agree with the reference', () => {
  it.each(LENGTHS)('%i elements', (length) => {
    for (const type of ['float32', 'uint8'] as const) {
      compareWithReference(({ backend, random, bits, output }) => {
        const logits = random('float32', length, -6, 6);
        const gt = bits(type, length, 0.1);
        const mask = bits(type, length, 0.9);
        const target = random('float32', length, 0.3, 0.7);
        const floatMask = bits('float32', length, 0.3);
        const probability = random('float32', length, 0, 1);
        const vector = () => output('float32', length);
        const [bce, l1, dice, y, dp, dt] = [vector(), vector(), vector(), vector(), vector(), vector()];
        backend.differentiableStep(probability, target, 50, y);
        backend.differentiableStepBackward(y, logits, 50, dp, dt);
        const values = (['float32', 'float16'] as const).flatMap((lossType) => {
          const [first, second, third] = [output(lossType, 1), output(lossType, 1), output(lossType, 1)];
          backend.balancedCrossEntropy(logits, gt, mask, 3, 1e-6, bce, first);
          backend.maskedL1(probability, target, floatMask, 1e-6, l1, second);
          backend.diceLoss(probability, gt, mask, 1e-6, dice, third);
          return [first, second, third];
        });
        return [...values, bce, l1, dice, y, dp, dt];
      });
    }
  });

  it.each([0, 1e-3, 0.3, 0.9])(
    'cross entropy with a share of %f positives and many equal logits',
    (share) => {
      compareWithReference(({ backend, bits, from, output }) => {
        const length = 70_000;
        const gt = bits('uint8', length, share);
        const mask = bits('uint8', length, 0.8);
        // Ten different values: the cut runs through ties, also across the parts of the work.
        const logits = from(
          'float32',
          Array.from({ length }, (_, i) => ((i * 7919) % 10) / 4 - 1),
        );
        const [gradient, loss] = [output('float32', length), output('float32', 1)];
        backend.balancedCrossEntropy(logits, gt, mask, 3, 1e-6, gradient, loss);
        return [loss, gradient];
      });
    },
  );

  it('takes the lowest indices when everything ties', () => {
    const length = 40_000;
    const [logits, gt, mask, gradient, loss] = [
      b.alloc('float32', length),
      b.alloc('uint8', length),
      b.alloc('uint8', length),
      b.alloc('float32', length),
      b.alloc('float32', 1),
    ];
    b.fill(logits, 0.5);
    b.fill(gt, 0);
    b.write(gt, Uint8Array.of(1, 1), 39_000);
    b.fill(mask, 1);
    b.balancedCrossEntropy(logits, gt, mask, 3, 0, gradient, loss);
    const chosen = [...b.read(gradient).entries()].filter(([, g]) => g !== 0).map(([i]) => i);
    expect(chosen).toEqual([0, 1, 2, 3, 4, 5, 39_000, 39_001]);
    for (const storage of [logits, gt, mask, gradient, loss]) b.free(storage);
  });

  it('lets a NaN logit reach the loss even when it is no positive', () => {
    const [logits, gt, mask, gradient, loss] = [
      b.alloc('float32', 100),
      b.alloc('uint8', 100),
      b.alloc('uint8', 100),
      b.alloc('float32', 100),
      b.alloc('float32', 1),
    ];
    b.fill(logits, -1);
    b.write(logits, [Number.NaN], 50);
    b.fill(gt, 0);
    b.write(gt, Uint8Array.of(1));
    b.fill(mask, 1);
    b.balancedCrossEntropy(logits, gt, mask, 3, 1e-6, gradient, loss);
    expect(b.read(loss)[0]).toBeNaN();
    for (const storage of [logits, gt, mask, gradient, loss]) b.free(storage);
  });
});

describe('optimisers agree with the reference', () => {
  it.each([1, 13, 50_000])('%i elements', (length) => {
    compareWithReference(({ backend, random, output }) => {
      const gradient = random('float32', length);
      const adam = { learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1 };
      const [w, m, v] = [random('float32', length), output('float32', length), output('float32', length)];
      const [wDecoupled, average] = [random('float32', length), random('float32', length)];
      backend.fill(m, 0);
      backend.fill(v, 0);
      for (const step of [1, 2, 3]) {
        backend.adam(w, gradient, m, v, { ...adam, decoupledWeightDecay: false, step });
      }
      backend.adam(wDecoupled, gradient, m, v, { ...adam, decoupledWeightDecay: true, step: 4 });
      const sgd = { learningRate: 0.1, momentum: 0.9, weightDecay: 0.01 };
      const [nesterov, heavy, plain] = [
        random('float32', length),
        random('float32', length),
        random('float32', length),
      ];
      const [nesterovSpeed, heavySpeed] = [output('float32', length), output('float32', length)];
      for (const first of [true, false]) {
        backend.sgd(nesterov, gradient, nesterovSpeed, { ...sgd, nesterov: true, first });
        backend.sgd(heavy, gradient, heavySpeed, { ...sgd, nesterov: false, first });
        backend.sgd(plain, gradient, undefined, { ...sgd, momentum: 0, nesterov: false, first });
      }
      backend.movingAverage(average, w, 0.99);
      const squares = output('float64', 3);
      backend.copyScalar(gradient, squares, 0);
      backend.sumOfSquares(gradient, Number.POSITIVE_INFINITY, squares, 1);
      backend.sumOfSquares(gradient, 0.5, squares, 2);
      return [w, m, v, wDecoupled, nesterov, nesterovSpeed, heavy, heavySpeed, plain, average, squares];
    });
  });
});
