import fc from 'fast-check';
import { contains, type Polygon, toRow } from 'inkstone-detect/geometry';
import { describe, expect, it } from 'vitest';
import type { TextInstance } from '../labels/index.js';
import { ClevalMetric } from './cleval.js';
import { aspectRatio, characterCenters, falsePositiveLength, guessedLength } from './pseudo-characters.js';

const box = (x: number, y: number, w: number, h: number): Polygon => [
  [x, y],
  [x + w, y],
  [x + w, y + h],
  [x, y + h],
];
const text = (polygon: Polygon, transcript: string): TextInstance => ({
  polygon,
  transcript,
  ignore: transcript === '###',
});
const score = (texts: TextInstance[], boxes: Polygon[]) =>
  new ClevalMetric().add(
    texts,
    boxes.map((polygon) => ({ polygon })),
  );

describe('ClevalMetric', () => {
  const word = text(box(0, 0, 40, 10), 'four');

  it('gives 1 to a detection that is the text', () => {
    expect(score([word], [word.polygon])).toMatchObject({ precision: 1, recall: 1, hmean: 1 });
  });

  it('takes one character off recall for a text in two pieces', () => {
    const result = score([word], [box(0, 0, 20, 10), box(20, 0, 20, 10)]);
    expect(result).toMatchObject({ recall: 3 / 4, precision: 1, splitTexts: 1, splitPenalty: 1 });
  });

  it('takes one character off precision for two texts in one box', () => {
    const result = score([word, text(box(45, 0, 30, 10), 'abc')], [box(0, 0, 75, 10)]);
    expect(result).toMatchObject({ recall: 1, precision: 6 / 7, mergedDetections: 1, mergePenalty: 1 });
  });

  it('counts the characters that a short box holds', () => {
    expect(score([word], [box(0, 0, 20, 10)])).toMatchObject({ recall: 0.5, precision: 1 });
  });

  it('does not let a page-sized box find a text: too little of its area lies on it', () => {
    const result = score([word], [box(0, 0, 100, 100)]);
    expect(result).toMatchObject({ recall: 0, precision: 0, falsePositiveCharacters: 1 });
  });

  it('counts characters held twice once for recall and twice for precision', () => {
    const result = score([word], [box(0, 0, 40, 10), box(0, 0, 40, 9)]);
    expect(result).toMatchObject({ recall: 3 / 4, precision: 4 / 8, overlappedCharacters: 4 });
  });

  it('does not judge a detection on an ignored text, unless it lies on a text above it', () => {
    const smudge = text(box(0, 0, 100, 40), '###');
    expect(score([smudge], [box(10, 10, 30, 10)])).toMatchObject({ detectedCharacters: 0, precision: 0 });
    const above = text(box(10, 10, 30, 10), 'abc');
    expect(score([smudge, above], [above.polygon])).toMatchObject({ precision: 1, recall: 1 });
    expect(score([above, smudge], [above.polygon, box(60, 0, 30, 30)])).toMatchObject({
      precision: 1,
      recall: 1,
    });
  });

  it('guesses the length of a text without a transcript from its shape', () => {
    expect(score([text(box(0, 0, 40, 10), '')], []).groundTruthCharacters).toBe(
      guessedLength(box(0, 0, 40, 10)),
    );
  });

  it('counts a character outside the basic plane once', () => {
    expect(score([text(box(0, 0, 40, 10), '𝔸𝔹')], []).groundTruthCharacters).toBe(2);
  });

  it('is not upset by broken, crossed or empty outlines', () => {
    const broken: Polygon[] = [
      [],
      [[1, 1]],
      [
        [0, 0],
        [Number.NaN, 1],
        [1, 1],
      ],
      [
        [0, 0],
        [40, 0],
        [20, 0],
        [10, 0],
      ],
      [
        [0, 0],
        [40, 10],
        [40, 0],
        [0, 10],
      ],
    ];
    const result = score([word, ...broken.map((polygon) => text(polygon, 'x'))], [word.polygon, ...broken]);
    expect(result.hmean).toBeGreaterThan(0);
    expect(result.hmean).toBeLessThan(1);
  });

  it('sums characters over images, not scores', () => {
    const metric = new ClevalMetric();
    metric.add([word], [{ polygon: word.polygon }]);
    metric.add([text(box(0, 0, 80, 10), 'eightish')], []);
    expect(metric.result()).toMatchObject({ recall: 4 / 12, precision: 1 });
  });

  const anyBox = fc
    .tuple(
      fc.integer({ min: 0, max: 80 }),
      fc.integer({ min: 0, max: 80 }),
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 20 }),
    )
    .map(([x, y, w, h]) => box(x, y, w, h));

  it('stays within 0 and 1 and does not depend on the order of detections', () => {
    const someTexts = fc.array(
      fc.tuple(anyBox, fc.constantFrom('a', 'abc', 'longer text', '###', '')).map(([p, t]) => text(p, t)),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(someTexts, fc.array(anyBox, { maxLength: 6 }), (texts, boxes) => {
        const forward = score(texts, boxes);
        const backward = score(texts, [...boxes].reverse());
        for (const value of [forward.precision, forward.recall, forward.hmean]) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(1);
        }
        expect(backward.hmean).toBeCloseTo(forward.hmean, 12);
      }),
    );
  });
});

describe('pseudo-characters', () => {
  it('stand evenly on the middle line, from the left or from the top', () => {
    expect(characterCenters(box(0, 0, 40, 10), 4)).toEqual([
      [5, 5],
      [15, 5],
      [25, 5],
      [35, 5],
    ]);
    expect(characterCenters(box(0, 0, 10, 40), 2)).toEqual([
      [5, 10],
      [5, 30],
    ]);
  });

  it('follow a bent text and stay inside it', () => {
    const arch: Polygon = [
      [0, 20],
      [20, 0],
      [40, 0],
      [60, 20],
      [50, 25],
      [37, 10],
      [23, 10],
      [10, 25],
    ];
    const centers = characterCenters(arch, 7);
    expect(centers).toHaveLength(7);
    expect(centers.every(([x, y]) => contains(toRow(arch), x, y))).toBe(true);
  });

  it('counts a horizontal false positive as one character and an upright one by its height', () => {
    expect(falsePositiveLength(box(0, 0, 100, 10))).toBe(1);
    expect(falsePositiveLength(box(0, 0, 10, 57))).toBe(6);
    expect(falsePositiveLength(box(0, 0, 1, 500))).toBe(10);
    expect(aspectRatio(box(0, 0, 20, 10))).toBeCloseTo(2, 5);
  });
});
