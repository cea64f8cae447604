/** What became of every text and every detection of an image, in words that somebody who looks at it can check. */
import { type Shape, shapeOf, sharedArea } from 'inkstone-detect/geometry';
import type { TextInstance } from '../labels/index.js';
import { matchByIou } from './iou.js';
import type { PredictedText } from './metric.js';
import { visitOverlaps } from './shapes.js';

/** A text that was found by one detection, in pieces, together with others, or not at all. */
export type TextFate = 'found' | 'split' | 'merged' | 'missed' | 'ignored';
/** A detection that is a text, a piece of one, several, or none. */
export type DetectionFate = 'found' | 'split' | 'merged' | 'invented' | 'ignored';

export interface Judgement {
  /** In the order of the texts. */
  readonly texts: readonly TextFate[];
  /** In the order of the detections. */
  readonly detections: readonly DetectionFate[];
}

/** More of a detection's area than this on a text, and it is a piece of it; and the other way round. */
const PART = 0.5;

/**
 * Found is what IoU counts as found. Of the rest, two detections or more that lie mostly on one text have split it, and a detection
 * in which two texts or more lie mostly has merged them.
 */
export function judgeImage(
  groundTruth: readonly TextInstance[],
  predictions: readonly PredictedText[],
): Judgement {
  const { pairs, ignored } = matchByIou(groundTruth, predictions);
  const found = new Set(pairs.values());
  const texts = groundTruth.map(({ polygon }) => shapeOf(polygon));
  const detections = predictions.map(({ polygon }) => shapeOf(polygon));
  const piecesOf = texts.map((): number[] => []);
  const heldBy = detections.map((): number[] => []);
  visitOverlaps(texts, detections, (t, d) => {
    if (groundTruth[t]!.ignore || ignored.has(d)) return;
    const [text, detection] = [texts[t] as Shape, detections[d] as Shape];
    const both = sharedArea(text, detection);
    if (both > PART * detection.area) piecesOf[t]!.push(d);
    if (both > PART * text.area) heldBy[d]!.push(t);
  });
  const several = (lists: readonly (readonly number[])[]): ReadonlySet<number> =>
    new Set(lists.filter((list) => list.length > 1).flat());
  const [pieces, held] = [several(piecesOf), several(heldBy)];
  return {
    texts: groundTruth.map(({ ignore }, t) => {
      if (ignore) return 'ignored';
      if (pairs.has(t)) return 'found';
      if (piecesOf[t]!.length > 1) return 'split';
      return held.has(t) ? 'merged' : 'missed';
    }),
    detections: predictions.map((_, d) => {
      if (ignored.has(d)) return 'ignored';
      if (found.has(d)) return 'found';
      if (pieces.has(d)) return 'split';
      return heldBy[d]!.length > 1 ? 'merged' : 'invented';
    }),
  };
}
