import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Backend } from './backend.js';
import type { DType, Storage } from './dtype.js';
import type { Activation, ConvGeometry, Operand, UpConvGeometry } from './kernels.js';
import { INSTRUCTION_SETS, library, backend as native } from './kernels-under-test.testing.js';
import { createReferenceBackend } from './reference/index.js';

/** Relative to the largest value of a result: rounding of the storage type, or of fp32 sums over up to 2000 terms. */
const TOLERANCE: Readonly<Record<DType, number>> = {
  float32: 1e-5,
  float16: 2 ** -11,
  bfloat16: 2 ** -8,
  uint8: 0,
  float64: 0,
};

/** Larger cases would take the reference backend too long. */
const MOST_PRODUCTS = 3e6;

interface Case {
  readonly geometry: ConvGeometry;
  readonly inputType: DType;
  readonly outputType: DType;
  readonly activation: Activation | undefined;
  readonly bias: boolean;
  readonly half: boolean;
  readonly seed: number;
}

type Results = Readonly<Record<string, ArrayLike<number>>>;

/** Values in [-1, 1) by a linear congruential generator (Numerical Recipes). */
function generator(seed: number): (length: number) => Float32Array {
  let state = seed;
  return (length) =>
    Float32Array.from({ length }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 31 - 1;
    });
}

/** Output height or width; below 1 when the kernel does not fit. */
const extent = (size: number, kernel: number, stride: number, padding: number): number =>
  Math.floor((size + 2 * padding - kernel) / stride) + 1;

/** Storage types and options of a case, its geometry given. */
const options = {
  inputType: fc.constantFrom<DType>('float32', 'float16', 'bfloat16'),
  wideOutput: fc.boolean(),
  activation: fc.constantFrom<Activation | undefined>(
    undefined,
    'identity',
    'relu',
    'hard_swish',
    'hard_sigmoid',
    'sigmoid',
  ),
  bias: fc.boolean(),
  seed: fc.nat(),
};

const cases = casesOf({
  batch: fc.integer({ min: 1, max: 3 }),
  inHeight: fc.integer({ min: 1, max: 13 }),
  inWidth: fc.integer({ min: 1, max: 19 }),
  inChannels: fc.constantFrom(1, 2, 3, 8, 16, 24, 33, 64, 130),
  outChannels: fc.constantFrom(1, 3, 7, 8, 9, 16, 24, 40, 66, 136),
  kernel: fc.constantFrom(1, 3, 5, 7),
  stride: fc.constantFrom<1 | 2>(1, 2),
  padding: fc.integer({ min: 0, max: 4 }),
});

const smallCases = cases.filter(({ geometry: g }) => {
  const pixels = g.batch * Math.max(g.outHeight * g.outWidth, g.inHeight * g.inWidth);
  return pixels * g.inChannels * g.outChannels * g.kernel ** 2 < MOST_PRODUCTS;
});

/** Large enough, in multiples of 16 channels, for Winograd's form; odd and even sizes, all paddings. */
const winogradCases = casesOf({
  batch: fc.constant(1),
  inHeight: fc.integer({ min: 25, max: 28 }),
  inWidth: fc.integer({ min: 25, max: 45 }),
  inChannels: fc.constantFrom(16, 80),
  outChannels: fc.constantFrom(16, 32),
  kernel: fc.constant(3),
  stride: fc.constant<1 | 2>(1),
  padding: fc.integer({ min: 0, max: 2 }),
});

interface Geometries {
  readonly batch: fc.Arbitrary<number>;
  readonly inHeight: fc.Arbitrary<number>;
  readonly inWidth: fc.Arbitrary<number>;
  readonly inChannels: fc.Arbitrary<number>;
  readonly outChannels: fc.Arbitrary<number>;
  readonly kernel: fc.Arbitrary<number>;
  readonly stride: fc.Arbitrary<1 | 2>;
  readonly padding: fc.Arbitrary<number>;
}

function casesOf(geometries: Geometries): fc.Arbitrary<Case> {
  return fc
    .record({ ...geometries, ...options })
    .map(({ inputType, wideOutput, activation, bias, seed, ...g }): Case => {
      const outHeight = extent(g.inHeight, g.kernel, g.stride, g.padding);
      const outWidth = extent(g.inWidth, g.kernel, g.stride, g.padding);
      const geometry = { ...g, outHeight, outWidth, groups: 1 };
      const outputType = wideOutput ? 'float32' : inputType;
      return { geometry, inputType, outputType, activation, bias, half: false, seed };
    })
    .filter(({ geometry: g }) => g.padding < g.kernel && g.outHeight > 0 && g.outWidth > 0);
}

const upGeometry = (g: ConvGeometry): UpConvGeometry => ({
  batch: g.batch,
  inHeight: g.inHeight,
  inWidth: g.inWidth,
  inChannels: g.inChannels,
  outChannels: g.outChannels,
});

/** Forward, moments and both gradients of one case. */
function run(backend: Backend, kind: 'conv' | 'upConv', test: Case): Results {
  const { geometry: g, inputType, outputType, half } = test;
  const random = generator(test.seed);
  const held: Storage[] = [];
  const empty = (dtype: DType, length: number): Storage => {
    const storage = backend.alloc(dtype, length);
    held.push(storage);
    return storage;
  };
  const filled = (dtype: DType, length: number, values = random(length)): Storage => {
    const storage = empty(dtype, length);
    backend.write(storage, values);
    return storage;
  };
  /** Few digits where the results of the affine and of Winograd's transforms have to be exact, or they are rounded to others. */
  const coarse = (length: number, parts: number) =>
    half ? random(length).map((x) => Math.round(parts * x) / parts) : random(length);
  const inSize = g.batch * g.inHeight * g.inWidth * g.inChannels;
  const outPixels = kind === 'conv' ? g.outHeight * g.outWidth : 4 * g.inHeight * g.inWidth;
  const outSize = g.batch * outPixels * g.outChannels;
  const weightSize = g.inChannels * g.outChannels * (kind === 'conv' ? g.kernel ** 2 : 4);

  const storage = filled(inputType, inSize, coarse(inSize, 16));
  const scale = filled('float32', g.inChannels, coarse(g.inChannels, 16));
  const shift = filled('float32', g.inChannels, coarse(g.inChannels, 16));
  const weight = filled('float32', weightSize, coarse(weightSize, 512));
  const dy = filled(outputType, outSize, coarse(outSize, 512));
  const bias = filled('float32', g.outChannels);
  const { activation } = test;
  const x: Operand = { storage, affine: activation && { scale, shift, activation } };
  const y = empty(outputType, outSize);
  const dx = empty(inputType, inSize);
  const dWeight = empty('float32', weightSize);
  const dBias = empty('float32', g.outChannels);
  const moments = { mean: empty('float32', g.outChannels), variance: empty('float32', g.outChannels) };
  const givenBias = test.bias ? bias : undefined;
  if (kind === 'conv') {
    backend.conv2d(x, weight, givenBias, g, y, moments, half);
    backend.conv2dBackwardInput(dy, weight, g, dx, half);
    backend.conv2dBackwardWeight(x, dy, g, dWeight, dBias, half);
  } else {
    const up = upGeometry(g);
    backend.upConv2d(x, weight, givenBias, up, y, moments, half);
    backend.upConv2dBackwardInput(dy, weight, up, dx, half);
    backend.upConv2dBackwardWeight(x, dy, up, dWeight, dBias, half);
  }
  const results = {
    y: backend.read(y),
    mean: backend.read(moments.mean),
    variance: backend.read(moments.variance),
    dx: backend.read(dx),
    dWeight: backend.read(dWeight),
    dBias: backend.read(dBias),
  };
  for (const one of held) backend.free(one);
  return results;
}

/** The largest value of a function over the elements; NaN when it is NaN anywhere. */
function maximum(values: ArrayLike<number>, of: (value: number, index: number) => number): number {
  let largest = -Infinity;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, of(values[i] ?? Number.NaN, i));
  return largest;
}

const reference = createReferenceBackend();

function expectClose(test: Case, actual: Results, expected: Results): void {
  const { y, mean, variance, dx, dWeight, dBias } = expected;
  const largest = (values: ArrayLike<number> = []): number => Math.max(1, maximum(values, Math.abs));
  // Batch statistics may be those of y before or after it is rounded to its storage type.
  const checks = [
    { name: 'y', want: y, size: largest(y), type: test.outputType },
    { name: 'mean', want: mean, size: largest(y), type: test.outputType },
    { name: 'variance', want: variance, size: largest(y) ** 2, type: test.outputType },
    { name: 'dx', want: dx, size: largest(dx), type: test.inputType },
    { name: 'dWeight', want: dWeight, size: largest(dWeight), type: 'float32' },
    { name: 'dBias', want: dBias, size: largest(dBias), type: 'float32' },
  ] as const;
  for (const { name, want = [], size, type } of checks) {
    const got = actual[name] ?? [];
    const worst = maximum(want, (value, i) => Math.abs(value - (got[i] ?? Number.NaN)));
    expect(worst, `${name}, values up to ${size}`).toBeLessThanOrEqual(2 * TOLERANCE[type] * size);
  }
}

describe.each(['conv', 'upConv'] as const)('native %s', (kind) => {
  afterEach(() => {
    library.setIsa('auto');
    library.setThreads(2);
  });

  it('agrees with the reference backend, forward and backward', () => {
    fc.assert(
      fc.property(smallCases, (test) => {
        expectClose(test, run(native, kind, test), run(reference, kind, test));
      }),
      { numRuns: 60 },
    );
  });

  it('agrees with it on the plainest kernels', () => {
    library.setIsa(INSTRUCTION_SETS[0]!);
    fc.assert(
      fc.property(smallCases, (test) => {
        expectClose(test, run(native, kind, test), run(reference, kind, test));
      }),
      { numRuns: 15 },
    );
  });

  it('gives the same bits whatever the number of threads', () => {
    const withThreads = (threads: number, test: Case): Results => {
      library.setThreads(threads);
      return run(native, kind, test);
    };
    fc.assert(
      fc.property(fc.oneof(smallCases, winogradCases), fc.boolean(), (given, half) => {
        const test = { ...given, half };
        const [three, one] = [withThreads(3, test), withThreads(1, test)];
        for (const [name, values] of Object.entries(one)) {
          expect(
            maximum(values, (value, i) => Number(!Object.is(value, three[name]?.[i]))),
            name,
          ).toBe(0);
        }
      }),
      { numRuns: 20 },
    );
  });
});

describe.each(INSTRUCTION_SETS)('native convolution in half arithmetic on %s', (isa) => {
  const halves = createReferenceBackend({ halfWinograd: isa !== 'amx' });
  afterEach(() => library.setIsa('auto'));

  it.each(['conv', 'upConv'] as const)('agrees with the reference backend: %s', (kind) => {
    library.setIsa(isa);
    // The large ones are cut into several blocks.
    for (const [arbitrary, numRuns] of [
      [smallCases, 10],
      [winogradCases, 1],
    ] as const) {
      fc.assert(
        fc.property(arbitrary, (test) => {
          // What is not exact in fp32 may be rounded to another bfloat16.
          const half = { ...test, ...(test.activation && { activation: 'relu' as const }), half: true };
          expectClose(half, run(native, kind, half), run(halves, kind, half));
        }),
        { numRuns },
      );
    }
  });

  it('rounds both operands, and not the bias', () => {
    library.setIsa(isa);
    const of = (values: readonly number[]): Storage => {
      const storage = native.alloc('float32', values.length);
      native.write(storage, values);
      return storage;
    };
    const close = 1 + 2 ** -9;
    const pixel = { batch: 1, inHeight: 1, inWidth: 1, inChannels: 1, outHeight: 1, outWidth: 1 };
    const geometry = { ...pixel, outChannels: 1, kernel: 1, stride: 1, padding: 0, groups: 1 } as const;
    const y = of([0]);
    native.conv2d({ storage: of([close]) }, of([close]), of([2 ** -20]), geometry, y, undefined, true);
    expect(native.read(y)[0]).toBe(1 + 2 ** -20);
  });
});

describe.each(INSTRUCTION_SETS)('native 3×3 conv in Winograd’s form on %s', (isa) => {
  afterEach(() => library.setIsa('auto'));

  it('agrees with the reference backend, forward and backward', () => {
    library.setIsa(isa);
    fc.assert(
      fc.property(winogradCases, (test) => {
        expectClose(test, run(native, 'conv', test), run(reference, 'conv', test));
      }),
      { numRuns: 3 },
    );
  });
});

describe('native convolution', () => {
  it('keeps padding at zero where the affine of zero is not', () => {
    const geometry: ConvGeometry = {
      batch: 1,
      inHeight: 1,
      inWidth: 1,
      inChannels: 1,
      outHeight: 1,
      outWidth: 1,
      outChannels: 1,
      kernel: 3,
      stride: 1,
      padding: 1,
      groups: 1,
    };
    const of = (values: readonly number[]): Storage => {
      const storage = native.alloc('float32', values.length);
      native.write(storage, values);
      return storage;
    };
    const affine = { scale: of([1]), shift: of([5]), activation: 'relu' as const };
    const y = of([0]);
    native.conv2d({ storage: of([2]), affine }, of(Array(9).fill(1)), undefined, geometry, y);
    expect(Array.from(native.read(y))).toEqual([7]);
  });

  it('finds the variance of an output far from zero', () => {
    const pixels = 4096;
    const storage = native.alloc('float32', pixels);
    native.write(
      storage,
      Array.from({ length: pixels }, (_, i) => 4096 + (i % 2)),
    );
    const weight = native.alloc('float32', 1);
    native.write(weight, [1]);
    const y = native.alloc('float32', pixels);
    const moments = { mean: native.alloc('float32', 1), variance: native.alloc('float32', 1) };
    const geometry: ConvGeometry = {
      batch: 1,
      inHeight: 64,
      inWidth: 64,
      inChannels: 1,
      outHeight: 64,
      outWidth: 64,
      outChannels: 1,
      kernel: 1,
      stride: 1,
      padding: 0,
      groups: 1,
    };
    native.conv2d({ storage }, weight, undefined, geometry, y, moments);
    expect(native.read(moments.mean)[0]).toBe(4096.5);
    expect(native.read(moments.variance)[0]).toBeCloseTo(0.25, 5);
  });
});
