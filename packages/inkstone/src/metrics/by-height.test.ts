import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TextInstance } from '../labels/index.js';
import { RecallByHeight } from './by-height.js';
import { AllMetrics, METRICS } from './metrics.js';

const box = (x: number, y: number, height: number, ignore = false): TextInstance => ({
  polygon: [
    [x, y],
    [x + 100, y],
    [x + 100, y + height],
    [x, y + height],
  ],
  transcript: 'text',
  ignore,
});

const scored = (texts: readonly TextInstance[], found: readonly TextInstance[]) =>
  new AllMetrics().add(texts, found);

describe('RecallByHeight', () => {
  const small = box(0, 0, 8);
  const middle = box(0, 40, 12);
  const large = box(0, 80, 40);

  it('tells for each class of heights how much was found', () => {
    const measure = new RecallByHeight();
    const texts = [box(0, 160, 12, true), small, middle, large];
    measure.add(texts, scored(texts, [middle, large]));
    measure.add([box(0, 0, 9)], scored([box(0, 0, 9)], [box(0, 0, 9)]));
    const found = (recall: number) => Object.fromEntries(METRICS.map(({ name }) => [name, recall]));
    expect(measure.result()).toEqual([
      { from: 0, below: 10, texts: 2, recall: found(0.5) },
      { from: 10, below: 15, texts: 1, recall: found(1) },
      { from: 30, below: null, texts: 1, recall: found(1) },
    ]);
  });

  it('measures heights in the pixels that the scale says, and across the reading direction', () => {
    const upright: TextInstance = {
      ...small,
      polygon: [
        [0, 0],
        [8, 0],
        [8, 100],
        [0, 100],
      ],
    };
    const measure = new RecallByHeight();
    measure.add([upright], scored([upright], []), 2);
    expect(measure.result()).toMatchObject([{ from: 15, below: 20, texts: 1 }]);
  });

  it('adds up to the recall of all texts', () => {
    const boxes = fc.array(
      fc
        .record({
          x: fc.nat(150),
          y: fc.nat(120),
          height: fc.integer({ min: 4, max: 40 }),
          ignore: fc.boolean(),
        })
        .map(({ x, y, height, ignore }) => box(x, y, height, ignore)),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(boxes, boxes, (texts, found) => {
        const measure = new RecallByHeight();
        const scores = scored(texts, found);
        measure.add(texts, scores);
        const classes = measure.result();
        for (const { name } of METRICS) {
          // Every text here has as many characters as any other. CLEval lets no class fall below 0.
          const earned = classes.reduce((sum, { texts, recall }) => sum + texts * recall[name]!, 0);
          const count = classes.reduce((sum, { texts }) => sum + texts, 0);
          if (count === 0) continue;
          if (name === 'cleval') expect(earned / count).toBeGreaterThanOrEqual(scores[name]!.recall - 1e-12);
          else expect(earned / count).toBeCloseTo(scores[name]!.recall, 12);
        }
      }),
    );
  });

  it('counts a box over two texts of different heights for both', () => {
    const texts = [box(0, 0, 12), box(0, 30, 18)];
    const measure = new RecallByHeight();
    measure.add(texts, scored(texts, [box(0, 0, 50)]));
    expect(measure.result().map(({ recall }) => recall.deteval)).toEqual([1, 1]);
  });
});
