import { beforeEach, describe, expect, it } from 'vitest';
import {
  activate,
  add,
  backend,
  batchNorm,
  conv2d,
  globalAveragePool,
  noGrad,
  Parameter,
  persistent,
  setBackend,
  Tape,
  Tensor,
  tidy,
  weightedSum,
} from './index.js';

beforeEach(() => setBackend('reference'));

const bytes = (): number => backend().memory().currentBytes;

const square = (): Parameter => new Parameter([1, 2, 3, 4], [1, 2, 2, 1]);

/** A scalar that depends on x. */
const mean = (x: Tensor): Tensor => globalAveragePool(x);

describe('tidy', () => {
  it('releases what was created inside and keeps what is returned, at any depth', () => {
    const start = bytes();
    const result = tidy(() => {
      Tensor.zeros([1000]);
      return { list: [Tensor.zeros([2])], map: new Map([['a', Tensor.zeros([3])]]) };
    });
    expect(bytes() - start).toBe((2 + 3) * 4);
    result.list[0]!.dispose();
    result.map.get('a')!.dispose();
    expect(bytes()).toBe(start);
  });

  it('hands what an inner scope returns to the outer one', () => {
    const start = bytes();
    tidy(() => {
      tidy(() => Tensor.zeros([10]));
      expect(bytes() - start).toBe(40);
    });
    expect(bytes()).toBe(start);
  });

  it('releases everything when the body throws', () => {
    const start = bytes();
    const fail = () =>
      tidy(() => {
        Tensor.zeros([10]);
        throw new Error('inside');
      });
    expect(fail).toThrow('inside');
    expect(bytes()).toBe(start);
  });

  it('says what to do when a released tensor is used', () => {
    let escaped: Tensor | undefined;
    tidy(() => {
      escaped = Tensor.zeros([2, 3]);
    });
    expect(() => escaped!.read()).toThrow(/Tensor \[2, 3\] was already released: return it from the scope/);
  });

  it('leaves persistent tensors alone', () => {
    const start = bytes();
    const kept = tidy(() => {
      const tensor = persistent(() => Tensor.zeros([5]));
      return () => tensor;
    });
    expect(bytes() - start).toBe(20);
    kept().dispose();
  });
});

describe('Tape', () => {
  it('adds up gradients over backward passes until they are zeroed', () => {
    const x = square();
    const tape = new Tape();
    for (let pass = 0; pass < 3; pass++) {
      tidy(() =>
        tape.backward(
          tape.record(() => mean(x)),
          0.5,
        ),
      );
    }
    expect([...x.grad!.read()]).toEqual([0.375, 0.375, 0.375, 0.375]);
    x.zeroGrad();
    expect(x.grad).toBeUndefined();
  });

  it('gives back every byte but the gradients', () => {
    const x = square();
    const weight = new Parameter([1, 2], [2, 1, 1, 1]);
    const vectors = [new Parameter([1, 1], [2]), new Parameter([0, 0], [2])] as const;
    const running = { mean: Tensor.zeros([2]), variance: Tensor.zeros([2]) };
    const start = bytes();
    tidy(() => {
      const tape = new Tape();
      const loss = tape.record(() => {
        const y = conv2d(x, weight, undefined, { moments: true });
        const z = batchNorm(y, ...vectors, running, { training: true, activation: 'relu' });
        const [a, b] = [activate(z, 'sigmoid'), add(z, z, 'relu')];
        return weightedSum([[1, mean(conv2d(add(a, b), new Parameter([1, 1], [1, 2, 1, 1])))]]);
      });
      tape.backward(loss);
      expect(tape.length).toBe(0);
    });
    const gradients = [x, weight, ...vectors];
    expect(gradients.every((parameter) => parameter.grad)).toBe(true);
    for (const parameter of gradients) parameter.zeroGrad();
    // The weight made inside is a parameter, which no scope releases.
    expect(bytes() - start).toBe(2 * 4 + 2 * 4);
  });

  it('keeps one activation map for convolution, batch norm and activation', () => {
    const x = new Parameter(new Float32Array(64 * 64 * 3), [1, 64, 64, 3]);
    const weight = new Parameter(new Float32Array(16 * 3), [16, 3, 1, 1]);
    const ones = () => new Parameter(new Float32Array(16).fill(1), [16]);
    const [gamma, beta] = [ones(), ones()];
    const running = { mean: ones(), variance: ones() };
    const tape = new Tape();
    const start = bytes();
    const z = tidy(() =>
      tape.record(() => {
        const y = conv2d(x, weight, undefined, { moments: true });
        return batchNorm(y, gamma, beta, running, { training: true, activation: 'hard_swish' });
      }),
    );
    const map = 64 * 64 * 16 * 4;
    expect(bytes() - start).toBeGreaterThanOrEqual(map);
    expect(bytes() - start).toBeLessThan(map * 1.01);
    tape.clear();
    z.dispose();
    expect(bytes()).toBe(start);
  });

  it('frees what the forward pass saved as backward passes it', () => {
    const x = new Parameter(new Float32Array(1000), [1, 10, 10, 10]);
    tidy(() => {
      const tape = new Tape();
      const loss = tidy(() =>
        tape.record(() => {
          let y: Tensor = x;
          for (let layer = 0; layer < 20; layer++) y = activate(y, 'hard_swish');
          return mean(conv2d(y, new Parameter(new Float32Array(10), [1, 10, 1, 1])));
        }),
      );
      const start = bytes();
      backend().resetPeakMemory();
      tape.backward(loss);
      // Gradient and its successor come, saved maps go: never more than two maps above the start.
      expect(backend().memory().peakBytes - start).toBeLessThanOrEqual(2 * 4000 + 200);
    });
  });

  it('records nothing without a tape, and nothing in noGrad', () => {
    const x = square();
    const tape = new Tape();
    tidy(() => {
      mean(x);
      tape.record(() => noGrad(() => mean(x)));
    });
    expect(tape.length).toBe(0);
  });

  it('gives no gradient to what needs none', () => {
    const constant = persistent(() => Tensor.from([1, 2, 3, 4], [1, 2, 2, 1]));
    const x = square();
    tidy(() => {
      const tape = new Tape();
      tape.backward(tape.record(() => mean(add(x, constant))));
    });
    expect(constant.requiresGrad).toBe(false);
    expect([...x.grad!.read()]).toEqual([0.25, 0.25, 0.25, 0.25]);
  });

  it('is empty and holds no memory after a forward pass that throws', () => {
    const x = square();
    const tape = new Tape();
    const start = bytes();
    const fail = () =>
      tidy(() =>
        tape.record(() => {
          activate(x, 'sigmoid');
          throw new Error('inside');
        }),
      );
    expect(fail).toThrow('inside');
    expect(bytes()).toBe(start);
  });

  it('refuses a loss that is not a scalar, or that was not recorded', () => {
    expect(() => new Tape().backward(square())).toThrow(/must be a scalar, got \[1, 2, 2, 1\]/);
    expect(() => tidy(() => new Tape().backward(mean(square())))).toThrow(/depends on no parameter/);
  });
});

describe('shapes', () => {
  it('are checked with the shapes in the message', () => {
    const x = square();
    expect(() => conv2d(x, new Parameter([1, 2], [1, 2, 1, 1]))).toThrow(
      'conv2d: channels do not match: x [1, 2, 2, 1], weight [1, 2, 1, 1], groups 1',
    );
    expect(() => add(x, new Parameter([1], [1, 1, 1, 1]))).toThrow(
      'add: cannot add float32 [1, 1, 1, 1] to float32 [1, 2, 2, 1]',
    );
  });
});
