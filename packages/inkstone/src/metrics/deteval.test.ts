import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DetevalMetric } from './deteval.js';

const box = (x: number, y: number, width: number, height: number) => ({
  polygon: [
    [x, y],
    [x + width, y],
    [x + width, y + height],
    [x, y + height],
  ] as const,
  transcript: 'text',
  ignore: false,
});
const score = (texts: ReturnType<typeof box>[], found: ReturnType<typeof box>[]) =>
  new DetevalMetric().add(texts, found);

describe('DetevalMetric', () => {
  it('counts a box that covers its text, however much larger than it within the area precision of 0.4', () => {
    expect(score([box(0, 0, 100, 10)], [box(0, -5, 100, 20)])).toMatchObject({
      recall: 1,
      precision: 1,
      oneToOne: 1,
    });
    // 1000 of 2600 pixels are text: 0.38.
    expect(score([box(0, 0, 100, 10)], [box(0, -8, 100, 26)])).toMatchObject({ recall: 0, precision: 0 });
  });

  it('does not count a box that leaves more than a fifth of its text', () => {
    expect(score([box(0, 0, 100, 10)], [box(0, 0, 81, 10)])).toMatchObject({ recall: 1, precision: 1 });
    expect(score([box(0, 0, 100, 10)], [box(0, 0, 79, 10)])).toMatchObject({ recall: 0, precision: 0 });
  });

  it('gives a text that several boxes found together 0.8, and each of them', () => {
    expect(score([box(0, 0, 100, 10)], [box(0, 0, 50, 10), box(50, 0, 45, 10)])).toMatchObject({
      recall: 0.8,
      precision: 0.8,
      splitTexts: 1,
    });
    expect(score([box(0, 0, 100, 10)], [box(0, 0, 40, 10), box(50, 0, 35, 10)])).toMatchObject({ recall: 0 });
  });

  it('counts a box that covers several texts for each of them', () => {
    expect(score([box(0, 0, 40, 10), box(50, 0, 40, 10)], [box(0, 0, 90, 10)])).toMatchObject({
      recall: 1,
      precision: 1,
      mergedDetections: 1,
    });
  });

  it('passes over ignored texts, and over boxes that lie on them', () => {
    const ignored = { ...box(0, 50, 100, 10), ignore: true };
    expect(score([box(0, 0, 100, 10), ignored], [box(0, 0, 100, 10), box(0, 50, 100, 10)])).toMatchObject({
      texts: 1,
      detections: 1,
      hmean: 1,
    });
  });

  it('adds up over images instead of averaging them', () => {
    const metric = new DetevalMetric();
    metric.add([box(0, 0, 10, 10), box(20, 0, 10, 10), box(40, 0, 10, 10)], [box(0, 0, 10, 10)]);
    metric.add([box(0, 0, 10, 10)], [box(0, 0, 10, 10)]);
    expect(metric.result()).toMatchObject({ recall: 2 / 4, precision: 1, texts: 4, detections: 2 });
    expect(new DetevalMetric().result()).toMatchObject({ recall: 0, precision: 0, hmean: 0 });
    expect(score([], [])).toMatchObject({ recall: 1, precision: 1 });
    expect(score([], [box(0, 0, 10, 10)])).toMatchObject({ recall: 1, precision: 0 });
  });

  it('gives full marks to the truth itself, and shares of at most one to anything', () => {
    const boxes = fc.array(
      fc.tuple(fc.nat(20), fc.nat(20)).map(([column, row]) => box(column * 60, row * 30, 50, 20)),
      { minLength: 1, maxLength: 12 },
    );
    fc.assert(
      fc.property(boxes, boxes, (texts, found) => {
        const unique = [...new Map(texts.map((text) => [String(text.polygon), text])).values()];
        expect(score(unique, unique).hmean).toBe(1);
        const { precision, recall } = score(unique, found);
        expect(Math.max(precision, recall)).toBeLessThanOrEqual(1);
        expect(Math.min(precision, recall)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
