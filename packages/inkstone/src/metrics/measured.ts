/** What metrics over whole boxes share: areas, and scores from points. */
import {
  type BoundingBox,
  boundingBox,
  boxesOverlap,
  coveredArea,
  intersectionArea,
  type Polygon,
} from 'inkstone-detect/geometry';
import { harmonicMean, type Scores } from './metric.js';

export interface Measured {
  readonly polygon: Polygon;
  readonly box: BoundingBox;
  readonly area: number;
}

export function measure(polygon: Polygon): Measured {
  return { polygon, box: boundingBox(polygon), area: coveredArea(polygon) };
}

/** Area in pixels² that both cover. */
export function shared(a: Measured, b: Measured): number {
  return boxesOverlap(a.box, b.box) ? intersectionArea(a.polygon, b.polygon) : 0;
}

/** The detections, by their places in the list, of which more than `most` of their area lies on one of the ignored texts. */
export function onIgnored(
  detections: readonly Measured[],
  ignored: readonly Measured[],
  most: number,
): ReadonlySet<number> {
  const lies = (d: Measured) => ignored.some((text) => d.area > 0 && shared(text, d) / d.area > most);
  return new Set([...detections.keys()].filter((place) => lies(detections[place]!)));
}

/**
 * Recall is the points that texts earned over their number, precision those of detections over theirs. `whenEmpty`: the
 * score of a question nobody asked (recall without texts, precision without detections and texts).
 */
export function scoresOf(
  points: { readonly recall: number; readonly precision: number },
  { texts, detections }: { readonly texts: number; readonly detections: number },
  whenEmpty: number,
): Scores {
  const recall = texts > 0 ? points.recall / texts : whenEmpty;
  const precision = detections > 0 ? points.precision / detections : texts > 0 ? 0 : whenEmpty;
  return { precision, recall, hmean: harmonicMean(precision, recall) };
}
