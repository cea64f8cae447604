import { describe, expect, it } from 'vitest';
import type { IndexedSample } from '../data/index.js';
import { loadRunConfig } from './config.js';
import { doneHint, warmUpHint, zeroHint } from './hints.js';

const { config } = loadRunConfig({ overrides: ['data.size=640', 'schedule.warmup_steps=200'] });

/** Images of 2000 × 1000 with one text of this height. */
const split = (height: number, ignore = false, clamped = 0) => {
  const polygon = [
    [10, 10],
    [400, 10],
    [400, 10 + height],
    [10, 10 + height],
  ] as const;
  const sample = { width: 2000, height: 1000, instances: [{ polygon, transcript: 'TOTAL', ignore }] };
  return { samples: [sample as unknown as IndexedSample], clamped };
};

describe('doneHint', () => {
  it('is for runs that have all their steps, or more, when they go on', () => {
    expect(doneHint(72, 12)).toMatch(/^nothing is left to train: the run has 72 steps already, of 12;/);
    expect(doneHint(12, 12)).toBeDefined();
    expect(doneHint(11, 12)).toBeUndefined();
  });
});

describe('warmUpHint', () => {
  it('is for runs that end before the learning rate has risen', () => {
    expect(warmUpHint(config, 200)).toMatch(
      /^all 200 steps are warm-up \(schedule\.warmup_steps=200\), .* lower it/,
    );
    expect(warmUpHint(config, 201)).toBeUndefined();
    expect(warmUpHint({ schedule: { ...config.schedule, warmup_steps: 0 } }, 0)).toBeUndefined();
  });
});

describe('zeroHint', () => {
  const good = split(40);
  it.each([
    ['labels that say unreadable', 1000, good, split(40, true), /every text of val is marked as unreadable/],
    [
      'labels of other images',
      1000,
      split(40, false, 1),
      good,
      /labels and images do not belong together: 1 texts/,
    ],
    [
      'a size that is too small',
      1000,
      split(15),
      split(15),
      /less than 6 pixels high at data\.size=640; raise data\.size/,
    ],
    ['too few steps', 90, good, good, /90 steps are too few for fresh weights; raise trainer\.max_epochs/],
    ['the learning rate', 1000, good, good, /optimizer\.lr=[\d.]+ does not suit; try a third of it/],
  ])('names %s', (_, steps, train, val, message) => {
    const hint = zeroHint(config, steps, { train, val });
    expect(hint).toMatch(message);
    expect(hint).toMatch(/^val\/hmean is 0, most likely because [^\n]+$/);
  });
});
