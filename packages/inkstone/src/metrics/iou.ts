/**
 * Intersection over union as in ICDAR 2015's "incidental scene text" protocol: one text, one detection, each used once.
 *
 * As in the official script, a text takes the first detection in the order given whose IoU is above the threshold, and a
 * detection with more than half of its area on an ignored text is not judged.
 */
import { shapeOf, sharedArea } from 'inkstone-detect/geometry';
import type { TextInstance } from '../labels/index.js';
import type { DetectionMetric, Metric, PredictedText, Scores } from './metric.js';
import { onIgnored, scoresOf, visitOverlaps } from './shapes.js';

export interface IouCounts {
  /** Texts that are not ignored. */
  readonly texts: number;
  /** Detections that do not lie on ignored texts. */
  readonly detections: number;
  readonly matches: number;
}

/** A pair must have more than this. */
const THRESHOLD = 0.5;
/** More of a detection's area than this on an ignored text, and it is not judged (the official script's figure). */
const IGNORED_AREA_PRECISION = 0.5;

export class IouMetric implements DetectionMetric<IouCounts> {
  #texts = 0;
  #detections = 0;
  #matches = 0;

  /** Scores of an image without texts: recall 1, precision 1 without detections and 0 with some. */
  add(groundTruth: readonly TextInstance[], predictions: readonly PredictedText[]): Scores & IouCounts {
    const { pairs, ignored } = matchByIou(groundTruth, predictions);
    const texts = groundTruth.filter(({ ignore }) => !ignore).length;
    const detections = predictions.length - ignored.size;
    this.#texts += texts;
    this.#detections += detections;
    this.#matches += pairs.size;
    return scores(pairs.size, texts, detections, 1);
  }

  result(): Scores & IouCounts {
    return scores(this.#matches, this.#texts, this.#detections, 0);
  }
}

interface IouMatches {
  /** The detection of each text that was found, by their places in the lists. */
  readonly pairs: ReadonlyMap<number, number>;
  /** Detections that lie on ignored texts. */
  readonly ignored: ReadonlySet<number>;
}

/** Which texts were found, and which detections are not judged. */
export function matchByIou(
  groundTruth: readonly TextInstance[],
  predictions: readonly PredictedText[],
): IouMatches {
  const texts = groundTruth.map(({ polygon }) => shapeOf(polygon));
  const detections = predictions.map(({ polygon }) => shapeOf(polygon));
  const ignored = onIgnored(
    detections,
    texts.filter((_, text) => groundTruth[text]!.ignore),
    IGNORED_AREA_PRECISION,
  );
  const pairs = new Map<number, number>();
  const taken = new Set(ignored);
  visitOverlaps(texts, detections, (t, d) => {
    if (groundTruth[t]!.ignore || pairs.has(t) || taken.has(d)) return;
    const [text, detection] = [texts[t]!, detections[d]!];
    const both = sharedArea(text, detection);
    if (both / (text.area + detection.area - both) > THRESHOLD) {
      taken.add(d);
      pairs.set(t, d);
    }
  });
  return { pairs, ignored };
}

export const iou = {
  name: 'iou',
  title: 'IoU > 0.5',
  create: () => new IouMetric(),
} as const satisfies Metric;

function scores(matches: number, texts: number, detections: number, whenEmpty: number): Scores & IouCounts {
  const counts = { texts, detections, matches };
  return { ...scoresOf({ recall: matches, precision: matches }, counts, whenEmpty), ...counts };
}
