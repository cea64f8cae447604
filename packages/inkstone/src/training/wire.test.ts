import { beforeAll, expect, it } from 'vitest';
import { setBackend } from '../tensor/index.js';
import { fromWire, toWire } from './wire.js';

beforeAll(() => setBackend('native'));

const VALUES = Float32Array.of(
  0,
  -0,
  1,
  1 + 2 ** -9,
  1 + 3 * 2 ** -9,
  -2.71,
  1e-38,
  3e38,
  Number.POSITIVE_INFINITY,
);

it('gradients travel as they are in fp32', () => {
  expect(toWire(VALUES, 'fp32')).toBe(VALUES);
  expect(fromWire(VALUES)).toBe(VALUES);
});

it('gradients travel in half the bytes in bf16, rounded to the nearest, and an overflow stays one', () => {
  const row = toWire(Float32Array.of(...VALUES, Number.NaN), 'bf16');
  expect(row.byteLength).toBe(2 * (VALUES.length + 1));
  const back = fromWire(row);
  // 8 bits of mantissa: ties go to the even one.
  expect([...back.slice(0, 5)]).toEqual([0, -0, 1, 1, 1 + 2 ** -7]);
  for (const index of [5, 6, 7]) expect(back[index]! / VALUES[index]!).toBeCloseTo(1, 2);
  expect([...back.slice(8)]).toEqual([Number.POSITIVE_INFINITY, Number.NaN]);
});
