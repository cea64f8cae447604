import type { Polygon } from 'inkstone-detect/geometry';
import { describe, expect, it } from 'vitest';
import { judgeImage } from './judge.js';

const box = (x: number, width: number, y = 0, height = 10): Polygon => [
  [x, y],
  [x + width, y],
  [x + width, y + height],
  [x, y + height],
];
const text = (polygon: Polygon, ignore = false) => ({ polygon, transcript: 'a', ignore });
const judge = (texts: readonly Polygon[], detections: readonly Polygon[]) =>
  judgeImage(
    texts.map((polygon) => text(polygon)),
    detections.map((polygon) => ({ polygon })),
  );

describe('judging an image', () => {
  it.each([
    ['one box on one text', [box(0, 100)], [box(2, 98)], ['found'], ['found']],
    ['nothing near a text', [box(0, 100)], [box(300, 50)], ['missed'], ['invented']],
    ['two halves', [box(0, 100)], [box(0, 48), box(52, 48)], ['split'], ['split', 'split']],
    ['a part alone', [box(0, 100)], [box(0, 40)], ['missed'], ['invented']],
    ['a text and its tail', [box(0, 100)], [box(0, 70), box(75, 20)], ['found'], ['found', 'split']],
    ['two texts in one box', [box(0, 40), box(60, 40)], [box(0, 100)], ['merged', 'merged'], ['merged']],
    [
      'a long text and its neighbour',
      [box(0, 80), box(90, 10)],
      [box(0, 100)],
      ['found', 'merged'],
      ['found'],
    ],
    ['a box that is much too large', [box(0, 40)], [box(-100, 300)], ['missed'], ['invented']],
  ] as const)('%s', (_, texts, detections, textFates, detectionFates) => {
    expect(judge(texts, detections)).toEqual({ texts: textFates, detections: detectionFates });
  });

  it('judges neither ignored texts nor what lies on them', () => {
    const texts = [text(box(0, 100), true), text(box(0, 100, 50))];
    const detections = [box(0, 30), box(40, 30), box(0, 100, 50)].map((polygon) => ({ polygon }));
    expect(judgeImage(texts, detections)).toEqual({
      texts: ['ignored', 'found'],
      detections: ['ignored', 'ignored', 'found'],
    });
  });
});
