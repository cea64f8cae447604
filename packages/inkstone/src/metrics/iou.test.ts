import type { Polygon } from 'inkstone-detect/geometry';
import { describe, expect, it } from 'vitest';
import { IouMetric } from './iou.js';

const box = (x: number, y: number, w: number, h: number): Polygon => [
  [x, y],
  [x + w, y],
  [x + w, y + h],
  [x, y + h],
];
const truth = (polygon: Polygon, ignore = false) => ({ polygon, transcript: 'x', ignore });
const found = (polygon: Polygon) => ({ polygon });

describe('IouMetric', () => {
  it('needs more than the threshold', () => {
    const metric = new IouMetric();
    expect(metric.add([truth(box(0, 0, 20, 10))], [found(box(0, 0, 10, 10))]).matches).toBe(0);
    expect(metric.add([truth(box(0, 0, 20, 10))], [found(box(0, 0, 11, 10))]).matches).toBe(1);
    expect(metric.result()).toMatchObject({
      texts: 2,
      detections: 2,
      matches: 1,
      recall: 0.5,
      precision: 0.5,
    });
  });

  it('uses each detection and each text once', () => {
    const result = new IouMetric().add(
      [truth(box(0, 0, 20, 10)), truth(box(0, 0, 20, 11))],
      [found(box(0, 0, 20, 10)), found(box(1, 0, 20, 10)), found(box(2, 0, 20, 10))],
    );
    expect(result).toMatchObject({ matches: 2, recall: 1, precision: 2 / 3 });
  });

  it('leaves out ignored texts and the detections that lie mostly on them', () => {
    const texts = [truth(box(0, 0, 20, 10)), truth(box(100, 0, 50, 50), true)];
    const result = new IouMetric().add(texts, [
      found(box(0, 0, 20, 10)),
      found(box(100, 0, 10, 10)),
      found(box(94, 0, 10, 10)),
    ]);
    expect(result).toMatchObject({ texts: 1, detections: 2, matches: 1, precision: 0.5, recall: 1 });
  });

  it('gives an empty image 1, and an empty data set 0', () => {
    const metric = new IouMetric();
    expect(metric.result()).toMatchObject({ precision: 0, recall: 0, hmean: 0 });
    expect(metric.add([], [])).toMatchObject({ precision: 1, recall: 1, hmean: 1 });
    expect(metric.add([], [found(box(0, 0, 5, 5))])).toMatchObject({ precision: 0, recall: 1 });
  });

  it('never matches outlines without area', () => {
    const line = box(0, 0, 20, 0);
    expect(new IouMetric().add([truth(line)], [found(line)]).matches).toBe(0);
  });
});
