import fc from 'fast-check';
import { expect, it } from 'vitest';
import { planEpoch } from './batch-plan.js';

const plan = fc.record({
  count: fc.integer({ min: 1, max: 300 }),
  batchSize: fc.integer({ min: 1, max: 9 }),
  shuffle: fc.boolean(),
  grouped: fc.boolean(),
  seed: fc.nat(),
  epoch: fc.nat(),
});

it('every sample is in exactly one batch, and only the last batch of a window may be short', () => {
  fc.assert(
    fc.property(plan, ({ count, batchSize, shuffle, grouped, seed, epoch }) => {
      const aspectRatios = grouped ? Array.from({ length: count }, (_, i) => ((i * 37) % 11) / 5) : undefined;
      const batches = planEpoch(count, seed, epoch, {
        batchSize,
        shuffle,
        ...(aspectRatios && { aspectRatios }),
      });
      expect(batches.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
      expect(batches.slice(0, -1).every((batch) => batch.length === batchSize)).toBe(true);
    }),
  );
});

it('another epoch and another seed give another order; the same give the same', () => {
  const order = (seed: number, epoch: number) => planEpoch(50, seed, epoch, { batchSize: 4, shuffle: true });
  expect(order(1, 0)).toEqual(order(1, 0));
  expect(order(1, 1)).not.toEqual(order(1, 0));
  expect(order(2, 0)).not.toEqual(order(1, 0));
});

it('samples of like shape share a batch', () => {
  const aspectRatios = Array.from({ length: 64 }, (_, i) => (i % 2 === 0 ? 0.5 : 2));
  const batches = planEpoch(64, 0, 0, { batchSize: 4, shuffle: true, aspectRatios });
  expect(batches.every((batch) => new Set(batch.map((i) => aspectRatios[i])).size === 1)).toBe(true);
});

it('limitBatches cuts', () => {
  const options = { batchSize: 4, shuffle: false };
  expect(planEpoch(10, 0, 0, options)).toEqual([
    [0, 1, 2, 3],
    [4, 5, 6, 7],
    [8, 9],
  ]);
  expect(planEpoch(10, 0, 0, { ...options, limitBatches: 1 })).toEqual([[0, 1, 2, 3]]);
});
