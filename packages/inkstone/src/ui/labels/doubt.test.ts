import { expect, it } from 'vitest';
import { firstTexts } from './doubt.js';

const found = (score: number) => ({
  polygon: [
    [1.26, 2],
    [30, 2],
    [30, 9],
    [1.26, 9],
  ] as const,
  score,
});

it('counts how many decisions of a detector are expected to be wrong, those to leave a text out as well', () => {
  const { texts, doubt } = firstTexts([found(0.9), found(0.6), found(0.4)], 0.55);
  expect(doubt).toBeCloseTo(0.1 + 0.4 + 0.4, 9);
  expect(texts.map(({ score, ignore }) => [score, ignore])).toEqual([
    [0.9, false],
    [0.6, false],
  ]);
  expect(texts[0]!.polygon[0]).toEqual([1.3, 2]);
});

it('does not trust a picture without any text', () => {
  expect(firstTexts([], 0.55)).toEqual({ texts: [], doubt: 1 });
});
