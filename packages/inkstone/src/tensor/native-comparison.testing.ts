/** Test support: runs one piece of work on compiled kernels, in every variant, and on the reference backend. */
import { expect } from 'vitest';
import type { FloatType } from './autocast.js';
import type { Backend } from './backend.js';
import { pseudoRandom } from './check-gradients.testing.js';
import type { DType, Storage } from './dtype.js';
import type { Operand } from './kernels.js';
import { backend, INSTRUCTION_SETS, library } from './kernels-under-test.testing.js';
import { createReferenceBackend } from './reference/index.js';

export const FLOAT_TYPES: readonly FloatType[] = ['float32', 'float16', 'bfloat16'];

/** Makes the inputs and outputs of one run; equal calls give equal values on every backend. */
export interface Bench {
  readonly backend: Backend;
  /** Uniform in [low, high). */
  random(dtype: DType, length: number, low?: number, high?: number): Storage;
  /** 0 or 1. */
  bits(dtype: DType, length: number, share?: number): Storage;
  from(dtype: DType, values: ArrayLike<number>): Storage;
  output(dtype: DType, length: number): Storage;
  affine(channels: number, activation: NonNullable<Operand['affine']>['activation']): Operand['affine'];
}

/** Does the work and returns what it wrote. */
export type Work = (bench: Bench) => readonly (Storage | number)[];

/** One thread, and more threads than two cores. */
const THREADS = [1, 3];

/** Error allowed to one element, relative to the element and to the largest element of its output. */
const TOLERANCE: Readonly<Record<DType, readonly [own: number, largest: number]>> = {
  float32: [1e-5, 2e-5],
  float16: [2 ** -10, 2 ** -12],
  bfloat16: [2 ** -7, 2 ** -9],
  uint8: [0, 0],
  float64: [1e-6, 0],
};

/** Compares every instruction set with the reference, and asks of it the same bits from any thread count. */
export function compareWithReference(work: Work): void {
  const before = { isa: library.isa(), threads: library.threads() };
  const expected = run(createReferenceBackend(), work);
  try {
    for (const isa of INSTRUCTION_SETS) {
      library.setIsa(isa);
      const results = THREADS.map((count) => {
        library.setThreads(count);
        return run(backend, work);
      });
      for (const [i, output] of results[1]!.entries()) {
        expect(sameBits(output, results[0]![i]!), `${isa}, output ${i} with threads ${THREADS}`).toBe(true);
      }
      for (const [i, output] of results[0]!.entries())
        expectClose(output, expected[i]!, `${isa}, output ${i}`);
    }
  } finally {
    library.setIsa(before.isa);
    library.setThreads(before.threads);
  }
}

interface Output {
  readonly dtype: DType;
  readonly values: Float64Array;
}

function run(backend: Backend, work: Work): Output[] {
  const made: Storage[] = [];
  let seed = 0;
  const from = (dtype: DType, values: ArrayLike<number>): Storage => {
    const storage = backend.alloc(dtype, values.length);
    made.push(storage);
    // By way of float32, so that both backends start from the same numbers.
    backend.write(storage, Float32Array.from(values));
    return storage;
  };
  const random = (dtype: DType, length: number, low = -1, high = 1): Storage =>
    from(
      dtype,
      pseudoRandom(length, ++seed).map((u) => low + ((u + 1) / 2) * (high - low)),
    );
  const bench: Bench = {
    backend,
    from,
    random,
    bits: (dtype, length, share = 0.5) =>
      from(
        dtype,
        pseudoRandom(length, ++seed).map((u) => Number((u + 1) / 2 < share)),
      ),
    output: (dtype, length) => from(dtype, new Float32Array(length).fill(dtype === 'uint8' ? 0 : Number.NaN)),
    affine: (channels, activation) => ({
      scale: random('float32', channels, 0.5, 2),
      shift: random('float32', channels, -0.5, 0.5),
      activation,
    }),
  };
  const outputs = work(bench).map((output) =>
    typeof output === 'number'
      ? { dtype: 'float32' as const, values: Float64Array.of(output) }
      : { dtype: output.dtype, values: Float64Array.from(backend.read(output)) },
  );
  for (const storage of made) backend.free(storage);
  return outputs;
}

/** `toEqual` would say where they differ, a minute later. */
const sameBits = (a: Output, b: Output): boolean =>
  Buffer.from(a.values.buffer).equals(Buffer.from(b.values.buffer));

function expectClose(actual: Output, expected: Output, name: string): void {
  const [own, ofLargest] = TOLERANCE[actual.dtype];
  const largest = expected.values.reduce(
    (most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most),
    0,
  );
  expected.values.forEach((wanted, i) => {
    const got = actual.values[i]!;
    const allowed = own * Math.abs(wanted) + ofLargest * largest;
    if (Object.is(got, wanted) || got === wanted || Math.abs(got - wanted) <= allowed) return;
    expect.fail(`${name}[${i}]: got ${got}, reference ${wanted}, allowed error ${allowed}`);
  });
}
