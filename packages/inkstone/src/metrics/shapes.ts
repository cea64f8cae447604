/** What metrics over shapes share: which of them meet, and scores from points. */
import { type Shape, sharedArea } from 'inkstone-detect/geometry';
import { harmonicMean, type Scores } from './metric.js';

type Boxed = Pick<Shape, 'box'>;

/**
 * Calls `visit` with the places of every shape of `a` and of `b` whose boxes overlap, in their order. Boxes lie in rows of
 * numbers: of ten thousand texts over ten thousand detections nearly all pairs are told apart here.
 */
export function visitOverlaps(
  a: readonly Boxed[],
  b: readonly Boxed[],
  visit: (a: number, b: number) => void,
): void {
  const row = (key: keyof Boxed['box']) => Float64Array.from(b, ({ box }) => box[key]);
  const [minX, minY, maxX, maxY] = [row('minX'), row('minY'), row('maxX'), row('maxY')];
  for (const [place, { box }] of a.entries()) {
    for (let other = 0; other < b.length; other++) {
      if (
        box.minX < maxX[other]! &&
        minX[other]! < box.maxX &&
        box.minY < maxY[other]! &&
        minY[other]! < box.maxY
      ) {
        visit(place, other);
      }
    }
  }
}

/** The detections, by their places in the list, of which more than `most` of their area lies on one of the ignored texts. */
export function onIgnored(
  detections: readonly Shape[],
  ignored: readonly Shape[],
  most: number,
): ReadonlySet<number> {
  const found = new Set<number>();
  visitOverlaps(detections, ignored, (place, text) => {
    const detection = detections[place] as Shape;
    if (found.has(place) || detection.area <= 0) return;
    if (sharedArea(ignored[text] as Shape, detection) / detection.area > most) found.add(place);
  });
  return found;
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
