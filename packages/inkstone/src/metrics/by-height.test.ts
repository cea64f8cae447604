import { describe, expect, it } from 'vitest';
import type { TextInstance } from '../labels/index.js';
import { RecallByHeight } from './by-height.js';
import { METRICS } from './metrics.js';

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

describe('RecallByHeight', () => {
  const small = box(0, 0, 8);
  const middle = box(0, 40, 12);
  const large = box(0, 80, 40);

  it('tells for each class of heights how much was found', () => {
    const measure = new RecallByHeight();
    measure.add([small, middle, large, box(0, 160, 12, true)], [middle, large]);
    measure.add([box(0, 0, 9)], [box(0, 0, 9)]);
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
    measure.add([upright], [], 2);
    expect(measure.result()).toMatchObject([{ from: 15, below: 20, texts: 1 }]);
  });

  it('has the recall of all texts where all are of one height', () => {
    const texts = [box(0, 0, 12), box(0, 30, 12), box(0, 60, 12)];
    const found = [box(2, 1, 12), box(0, 30, 12), box(300, 60, 12)];
    const measure = new RecallByHeight();
    measure.add(texts, found);
    for (const metric of METRICS) {
      const whole = metric.create();
      whole.add(texts, found);
      expect(measure.result()[0]!.recall[metric.name]).toBe(whole.result().recall);
    }
  });
});
