/** Whether an image can be scored in a few seconds, told from bounding boxes alone: files come from outside. */
import { boundingBox, isConvex } from 'inkstone-detect/geometry';
import type { TextInstance } from '../labels/index.js';
import type { PredictedText } from './metric.js';
import { visitOverlaps } from './shapes.js';

/** In cuts of one triangle by another: some seconds. A page of a thousand words takes thousands of them. */
const MOST_CUTS = 20_000_000;
/** How many cuts take as long as one text's share in uniting two that lie on each other. */
const UNION_COST = 35;
/** How many characters are looked up in the time of a cut. */
const CHARACTERS_A_CUT = 16;

/** Why the image cannot be scored, or null. */
export function workloadFault(
  groundTruth: readonly TextInstance[],
  predictions: readonly PredictedText[],
): string | null {
  const prepare = ({ polygon }: PredictedText) => ({
    box: boundingBox(polygon),
    pieces: isConvex(polygon) ? 1 : polygon.length,
  });
  const all = groundTruth.map(prepare);
  const found = predictions.map(prepare);
  let cuts = 0;
  visitOverlaps(all, found, (t, d) => {
    cuts += all[t]!.pieces * found[d]!.pieces + groundTruth[t]!.transcript.length / CHARACTERS_A_CUT;
  });
  const judged = all.filter((_, t) => !groundTruth[t]!.ignore);
  const ignored = all.filter((_, t) => groundTruth[t]!.ignore);
  if (ignored.length > 0) {
    const neighbours = new Uint32Array(judged.length);
    visitOverlaps(judged, judged, (t) => {
      neighbours[t]!++;
    });
    visitOverlaps(ignored, judged, (_, t) => {
      cuts += UNION_COST * (neighbours[t]! - 1);
    });
  }
  return cuts <= MOST_CUTS
    ? null
    : `too many of its ${groundTruth.length} texts and ${predictions.length} results lie on each other to be scored`;
}
