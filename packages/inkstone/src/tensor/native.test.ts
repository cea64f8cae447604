import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import type { DType, Storage } from './dtype.js';
import { bfloat16FromBits, float16FromBits, roundToBfloat16, roundToFloat16 } from './half.js';
import { OutOfMemoryError } from './kernel-backend.js';
import { library as addon, backend, INSTRUCTION_SETS, isWasm } from './kernels-under-test.testing.js';
import { createReferenceBackend } from './reference/index.js';

const live = new Set<Storage>();

function alloc(dtype: DType, length: number): Storage {
  const storage = backend.alloc(dtype, length);
  live.add(storage);
  return storage;
}

afterEach(() => {
  for (const storage of live) backend.free(storage);
  live.clear();
  addon.setIsa('auto');
});

/** Every value a 16-bit type has. */
const ALL_BITS = Uint16Array.from({ length: 65_536 }, (_, bits) => bits);

const FORMATS = [
  { dtype: 'float16', decode: float16FromBits, round: roundToFloat16 },
  { dtype: 'bfloat16', decode: bfloat16FromBits, round: roundToBfloat16 },
] as const;

describe.each(INSTRUCTION_SETS)('half types with %s kernels', (isa) => {
  it.each(FORMATS)('$dtype: reads all 65 536 values and writes them back', ({ dtype, decode }) => {
    addon.setIsa(isa);
    const storage = alloc(dtype, ALL_BITS.length);
    const id = idOf(storage);
    addon.write(id, ALL_BITS, 0);
    const values = backend.read(storage);
    for (const bits of ALL_BITS) expectSame(values[bits]!, decode(bits), `0x${bits.toString(16)}`);

    backend.write(storage, values);
    const back = new Uint16Array(ALL_BITS.length);
    addon.read(id, back, 0);
    for (const bits of ALL_BITS) {
      if (Number.isNaN(values[bits]!)) expectSame(decode(back[bits]!), Number.NaN, `0x${bits.toString(16)}`);
      else if (back[bits] !== bits)
        expect.fail(`0x${bits.toString(16)} came back as 0x${back[bits]!.toString(16)}`);
    }
  });

  it.each(FORMATS)(
    '$dtype: rounds to nearest even, also beside and between all values',
    ({ dtype, decode, round }) => {
      addon.setIsa(isa);
      const finite = [...ALL_BITS.subarray(0, 32_768)].map(decode).filter(Number.isFinite);
      const between = finite.slice(1).flatMap((upper, i) => {
        const middle = Math.fround((upper + finite[i]!) / 2);
        return [middle, nextFloat(middle, 1), nextFloat(middle, -1), -middle];
      });
      const wanted = [...between, 65_519.99, 65_520, 1e38, Number.POSITIVE_INFINITY, -0];
      const storage = alloc(dtype, wanted.length);
      backend.write(storage, wanted);
      const bits = new Uint16Array(wanted.length);
      addon.read(idOf(storage), bits, 0);
      wanted.forEach((value, i) => {
        expectSame(decode(bits[i]!), round(Math.fround(value)), `${value}`);
      });
    },
  );
});

describe('memory', () => {
  it('counts what lives, remembers the peak, reuses and gives back what is free', () => {
    const start = backend.memory().currentBytes;
    backend.resetPeakMemory();
    const first = backend.alloc('float16', 1 << 20);
    const second = backend.alloc('float32', 1000);
    expect(backend.memory().currentBytes - start).toBe(2 ** 21 + 4032); // to the next 64 bytes
    backend.free(first);
    backend.free(second);
    expect(backend.memory().currentBytes).toBe(start);
    expect(backend.memory().peakBytes - start).toBe(2 ** 21 + 4032);
    const { reservedBytes } = backend.memory();
    backend.free(backend.alloc('float16', 1 << 20));
    expect(backend.memory().reservedBytes).toBe(reservedBytes);
    backend.trimMemory();
    // WebAssembly's memory only grows.
    if (isWasm) expect(backend.memory().reservedBytes).toBe(reservedBytes);
    else expect(backend.memory().reservedBytes).toBeLessThan(reservedBytes);
  });

  it('splits and joins blocks without ever handing out the same bytes twice', () => {
    const blocks = new Map<Storage, number>();
    let seed = 7;
    const random = (limit: number) => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return seed % limit;
    };
    for (let round = 0; round < 600; round++) {
      if (blocks.size > 40 || (blocks.size > 0 && random(3) === 0)) {
        const [storage, value] = [...blocks][random(blocks.size)]!;
        const values = backend.read(storage);
        expect(values.every((x) => x === value)).toBe(true);
        backend.free(storage);
        blocks.delete(storage);
      } else {
        const storage = backend.alloc('float32', 1 + random(round % 10 === 0 ? 400_000 : 3000));
        backend.fill(storage, round);
        blocks.set(storage, round);
      }
    }
    for (const storage of blocks.keys()) backend.free(storage);
  });

  it('says how much did not fit', () => {
    expect(() => backend.alloc('float32', 2 ** 48)).toThrow(OutOfMemoryError);
    expect(() => backend.alloc('float32', 2 ** 48)).toThrow(/smaller batch/);
  });

  it('takes bytes from a SharedArrayBuffer and at an offset', () => {
    const storage = alloc('uint8', 8);
    const shared = new Uint8Array(new SharedArrayBuffer(16), 4, 3);
    shared.set([250, 0, 7]);
    backend.fill(storage, 9);
    backend.write(storage, shared, 2);
    expect([...backend.read(storage)]).toEqual([9, 9, 250, 0, 7, 9, 9, 9]);
    expect([...backend.read(storage, 2, 2)]).toEqual([250, 0]);
  });
});

describe('what is wrong becomes an error, never a crash', () => {
  it('storages that were freed, or belong elsewhere, or never were', () => {
    const storage = backend.alloc('float32', 4);
    backend.free(storage);
    expect(() => backend.free(storage)).toThrow(/free: storage \d+ was freed or never existed/);
    expect(() => backend.fill(storage, 1)).toThrow(/fill: storage/);
    expect(() => backend.fill(createReferenceBackend().alloc('float32', 4), 1)).toThrow(/another backend/);
    for (const id of [-1, 0.5, Number.NaN, 2 ** 31, 2 ** 40, 123_456]) {
      expect(() => addon.free(id)).toThrow();
    }
  });

  it('sizes and types that do not fit, naming operation and argument', () => {
    const [small, large, half, bytes] = [
      alloc('float32', 4),
      alloc('float32', 64),
      alloc('float16', 64),
      alloc('uint8', 64),
    ];
    expect(() => backend.write(small, new Float32Array(5))).toThrow(/write: elements 0 to 5/);
    expect(() => backend.read(small, 3, 2)).toThrow(/read: elements 3 to 5/);
    expect(() => backend.write(small, new Float32Array(1), -1)).toThrow(RangeError);
    expect(() => backend.activation('relu', large, small)).toThrow(/activation: y holds 4 elements/);
    expect(() => backend.activation('relu', large, half)).toThrow(
      /y is float16, the operation needs float32/,
    );
    expect(() => backend.activation('relu', bytes, bytes)).toThrow(/uint8/);
    expect(() => backend.moments(large, { rows: 8, channels: 8 }, small, large)).toThrow(
      /moments: mean holds 4/,
    );
    expect(() => backend.materialize({ storage: large }, { rows: 9, channels: 8 }, large)).toThrow(
      /x holds 64/,
    );
    expect(() => backend.materialize({ storage: large }, { rows: -1, channels: -64 }, large)).toThrow(
      /dimension/,
    );
    expect(() =>
      backend.materialize({ storage: large }, { rows: 2 ** 40, channels: 2 ** 40 }, large),
    ).toThrow();
    const image = { batch: 1, height: 4, width: 4, channels: 4 };
    expect(() => backend.upsampleInto({ storage: large }, image, 0, large, 4, 1)).toThrow(/do not lie in 4/);
    expect(() => backend.upsampleInto({ storage: large }, image, 60, large, 4, 0)).toThrow(/level is 60/);
    const geometry = {
      batch: 1,
      inHeight: 4,
      inWidth: 4,
      inChannels: 4,
      outHeight: 9,
      outWidth: 4,
      outChannels: 4,
      kernel: 3,
      stride: 1 as const,
      padding: 1,
      groups: 4,
    };
    expect(() => backend.conv2d({ storage: large }, large, undefined, geometry, large)).toThrow(
      /conv2d: convolution: an input of 4x4 does not give an output of 9x4/,
    );
    expect(() =>
      backend.conv2d({ storage: large }, large, undefined, { ...geometry, outHeight: 4, groups: 3 }, large),
    ).toThrow(/groups/);
  });

  it('arguments that are missing or no numbers', () => {
    const calls = Object.entries(addon) as [string, (...args: unknown[]) => unknown][];
    const takingArguments = calls.filter(([, call]) => {
      try {
        call(...Array(40).fill(0));
      } catch (error) {
        return !(error as Error).message.endsWith('there must be 0');
      }
      return true;
    });
    expect(takingArguments.length).toBeGreaterThan(30);
    for (const [name, call] of takingArguments) {
      for (const args of [[], ['x'], [{}, null, undefined], [Number.NaN, Number.NaN]]) {
        expect(() => call(...args), `${name}(${args.map(String)})`).toThrow(Error);
      }
    }
    addon.setThreads(2);
    expect(() => addon.setIsa('pentium')).toThrow(/no such instruction set/);
  });

  it('arguments too many, naming the function and how many it takes', () => {
    for (const [name, call] of Object.entries(addon) as [string, (...args: unknown[]) => unknown][]) {
      expect(() => call(...Array(40).fill(0))).toThrow(
        new RegExp(`^${name}: 40 arguments were given, there must be \\d+$`),
      );
    }
    const storage = alloc('float32', 4);
    expect(() => addon.fill(idOf(storage), 1, 2)).toThrow(/^fill: 3 arguments were given, there must be 2$/);
  });

  it('numbers that cannot be meant', () => {
    const [x, y] = [idOf(alloc('float32', 4)), idOf(alloc('float32', 4))];
    const sgd = (nesterov: number, rate = 1) => addon.sgd(x, y, 0, rate, 0, 0, nesterov, 0);
    expect(() => sgd(1)).not.toThrow();
    for (const flag of [2, -1, 0.5, Number.NaN])
      expect(() => sgd(flag)).toThrow(/sgd: argument 7 is not 0 or 1/);
    expect(() => sgd(0, Number.NaN)).toThrow(/sgd: argument 4 is NaN/);
    expect(() => addon.fill(x, Number.NaN)).not.toThrow();
    expect(() => addon.fill(0, 1)).toThrow(/fill: argument 1 is 0, but this storage cannot be left out/);
    expect(() => addon.clamp(x, -1)).toThrow(/clamp: limit is -1, must be at least 0/);
    expect(() => addon.adam(x, y, y, y, 1, 0.9, 0.9, 1e-8, 0, 0, 0)).toThrow(
      /adam: step is 0, must be at least 1/,
    );
    expect(() => addon.materialize(x, 0, 0, 1, 2, 2, y)).toThrow(
      /x has a shift or an activation but no scale/,
    );
    expect(() => addon.activation(5, x, y)).toThrow(/argument 1 is not an activation/);
    expect(() => addon.alloc(9, 1)).toThrow(/argument 1 is not a type/);
  });

  it('random calls of everything: each returns or throws, and writes nowhere else', {
    timeout: 300_000,
  }, () => {
    const calls = 300;
    const seed = 8;
    const program = fileURLToPath(new URL('./native-fuzz.testing.ts', import.meta.url));
    const run = spawnSync(process.execPath, ['--import', 'tsx', program, String(calls), String(seed)], {
      encoding: 'utf8',
    });
    expect(run, run.stderr).toMatchObject({ status: 0, signal: null });
    const counts = Object.entries<{ returned: number; refused: number }>(JSON.parse(run.stdout));
    expect(counts.length).toBeGreaterThan(40);
    for (const [name, { returned, refused }] of counts) {
      expect(returned, name).toBeGreaterThan(5);
      expect(refused, name).toBeGreaterThan(5);
      expect(returned + refused, name).toBe(calls);
    }
  });
});

it.skipIf(isWasm)('runs in worker threads at the same time', async () => {
  // Straight at the addon: a worker cannot load TypeScript.
  const script = `
    const { parentPort, workerData } = require('node:worker_threads');
    const addon = require(workerData);
    const id = addon.alloc(0, 200000);
    for (let i = 0; i < 50; i++) addon.fill(id, i);
    const sum = addon.alloc(4, 1), result = new Float64Array(1);
    addon.sumOfSquares(id, Infinity, sum, 0);
    addon.read(sum, result, 0);
    parentPort.postMessage(result[0]);
  `;
  const path = new URL('../../build/Release/inkstone.node', import.meta.url).pathname;
  const results = [1, 2, 3].map(
    () =>
      new Promise((resolve, reject) => {
        const worker = new Worker(script, { eval: true, workerData: path });
        worker.once('message', resolve);
        worker.once('error', reject);
      }),
  );
  const storage = alloc('float32', 100_000);
  for (let i = 0; i < 50; i++) backend.fill(storage, 1);
  const sum = alloc('float64', 1);
  backend.sumOfSquares(storage, Number.POSITIVE_INFINITY, sum, 0);
  expect(backend.read(sum)[0]).toBe(100_000);
  expect(await Promise.all(results)).toEqual(Array(3).fill(200_000 * 49 ** 2));
});

function idOf(storage: Storage): number {
  if ('id' in storage && typeof storage.id === 'number') return storage.id;
  throw new Error('not a native storage');
}

function expectSame(actual: number, expected: number, name: string): void {
  if (!Object.is(actual, expected)) expect.fail(`${name}: ${actual}, expected ${expected}`);
}

/** The float32 next to a positive or negative x, away from zero for direction 1. */
function nextFloat(x: number, direction: 1 | -1): number {
  const float = Float32Array.of(x);
  new Int32Array(float.buffer)[0]! += direction;
  return float[0]!;
}
