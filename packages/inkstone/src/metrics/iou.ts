/**
 * Intersection over union as in ICDAR 2015's "incidental scene text" protocol: one text, one detection, each used once.
 *
 * As in the official script, a text takes the first detection in the order given whose IoU is above the threshold, and a
 * detection with more than half of its area on an ignored text is not judged.
 */
import type { TextInstance } from '../labels/index.js';
import { measure, scoresOf, shared, withoutIgnored } from './measured.js';
import type { DetectionMetric, Metric, PredictedText, Scores } from './metric.js';

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
    const measured = predictions.map(({ polygon }) => measure(polygon));
    const texts = groundTruth.map((text) => ({ ...measure(text.polygon), ignore: text.ignore }));
    const detections = withoutIgnored(
      measured,
      texts.filter((t) => t.ignore),
      IGNORED_AREA_PRECISION,
    );
    const judged = texts.filter((t) => !t.ignore);

    const free = new Set(detections);
    let matches = 0;
    for (const text of judged) {
      for (const detection of free) {
        const both = shared(text, detection);
        if (both / (text.area + detection.area - both) > THRESHOLD) {
          free.delete(detection);
          matches++;
          break;
        }
      }
    }
    this.#texts += judged.length;
    this.#detections += detections.length;
    this.#matches += matches;
    return scores(matches, judged.length, detections.length, 1);
  }

  result(): Scores & IouCounts {
    return scores(this.#matches, this.#texts, this.#detections, 0);
  }
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
