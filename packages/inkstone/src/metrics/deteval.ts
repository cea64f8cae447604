/**
 * DetEval: object counts by area, as Wolf and Jolion ("Object count / area graphs for the evaluation of object detection and
 * segmentation algorithms", IJDAR 8(4), 2006) define them and ICDAR's Robust Reading competitions use them.
 *
 * A text counts as found when one box covers enough of it, or when several boxes cover enough of it together (a split, worth
 * 0.8); a box that covers several whole texts (a merge) counts for all of them. Unlike IoU it forgives boxes that are too
 * large more readily than boxes that are too small.
 */
import { type BoundingBox, type Shape, shapeOf, sharedArea } from 'inkstone-detect/geometry';
import type { TextInstance } from '../labels/index.js';
import type { DetectionMetric, Metric, PredictedText, Scores } from './metric.js';
import { onIgnored, scoresOf, visitOverlaps } from './shapes.js';

/** ICDAR's constraints: share of a text's area that must be found, and share of a box's area that must be text. */
const AREA_RECALL = 0.8;
const AREA_PRECISION = 0.4;
/** What a text split over several boxes is worth, and each of those boxes. */
const SPLIT_SCORE = 0.8;
/** What each text of a merged box is worth, and the box. */
const MERGE_SCORE = 1;
/** Centres of a one-to-one match are less far apart than the mean of both diagonals times this. */
const MOST_CENTER_DISTANCE = 1;
/** Sums of shares are compared after rounding to so many decimals, as ICDAR's script does. */
const SUM_DECIMALS = 4;

export interface DetevalCounts {
  /** Texts that are not ignored. */
  readonly texts: number;
  /** Detections that do not lie on ignored texts. */
  readonly detections: number;
  readonly oneToOne: number;
  /** Texts that several boxes found together. */
  readonly splitTexts: number;
  /** Boxes that found several texts. */
  readonly mergedDetections: number;
}

/** Points earned so far; recall is over texts, precision over detections. */
interface Account {
  texts: number;
  detections: number;
  recall: number;
  precision: number;
  oneToOne: number;
  splitTexts: number;
  mergedDetections: number;
}

export class DetevalMetric implements DetectionMetric<DetevalCounts> {
  readonly #total = emptyAccount();

  /** Scores of an image without texts: recall 1, precision 1 without detections and 0 with some. */
  add(groundTruth: readonly TextInstance[], predictions: readonly PredictedText[]): Scores & DetevalCounts {
    const image = evaluateImage(groundTruth, predictions);
    for (const key of Object.keys(image) as (keyof Account)[]) this.#total[key] += image[key];
    return scores(image, 1);
  }

  result(): Scores & DetevalCounts {
    return scores(this.#total, 0);
  }
}

export const deteval = {
  name: 'deteval',
  title: 'DetEval',
  create: () => new DetevalMetric(),
} as const satisfies Metric;

function evaluateImage(groundTruth: readonly TextInstance[], predictions: readonly PredictedText[]): Account {
  const ignored = groundTruth.filter(({ ignore }) => ignore).map(({ polygon }) => shapeOf(polygon));
  const texts = groundTruth.filter(({ ignore }) => !ignore).map(({ polygon }) => shapeOf(polygon));
  const found = predictions.map(({ polygon }) => shapeOf(polygon));
  const notJudged = onIgnored(found, ignored, AREA_PRECISION);
  const detections = found.filter((_, place) => !notJudged.has(place));
  const account = { ...emptyAccount(), texts: texts.length, detections: detections.length };

  /** Pairs with anything in common, in rows of numbers: a hostile page has millions. */
  const pairs = { t: [] as number[], d: [] as number[], area: [] as number[] };
  const byText: number[][] = texts.map(() => []);
  const byDetection: number[][] = detections.map(() => []);
  visitOverlaps(texts, detections, (t, d) => {
    const area = sharedArea(texts[t] as Shape, detections[d] as Shape);
    if (area <= 0) return;
    byText[t]!.push(pairs.t.length);
    byDetection[d]!.push(pairs.t.length);
    pairs.t.push(t);
    pairs.d.push(d);
    pairs.area.push(area);
  });
  /** Share of a pair's text that its detection covers, and share of the detection that lies on the text. */
  const recall = (pair: number) => shareOf(pairs.area[pair]!, texts[pairs.t[pair]!]!.area);
  const precision = (pair: number) => shareOf(pairs.area[pair]!, detections[pairs.d[pair]!]!.area);
  const isFirm = (pair: number) => recall(pair) >= AREA_RECALL && precision(pair) >= AREA_PRECISION;
  const freeTexts = new Set(texts.keys());
  const freeDetections = new Set(detections.keys());

  const firmOfDetection = byDetection.map((own) => own.filter(isFirm).length);
  for (const [t, own] of byText.entries()) {
    const [pair, ...others] = own.filter(isFirm);
    if (pair === undefined || others.length > 0) continue;
    const d = pairs.d[pair]!;
    if (firmOfDetection[d]! > 1) continue;
    if (centerDistance(texts[t]!, detections[d]!) >= MOST_CENTER_DISTANCE) continue;
    freeTexts.delete(t);
    freeDetections.delete(d);
    account.oneToOne++;
    account.recall += 1;
    account.precision += 1;
  }
  for (const t of [...freeTexts]) {
    if (byText[t]!.length < 2) continue;
    const pieces = byText[t]!.filter(
      (pair) => freeDetections.has(pairs.d[pair]!) && precision(pair) >= AREA_PRECISION,
    );
    if (pieces.length === 0 || rounded(pieces.map(recall)) < AREA_RECALL) continue;
    freeTexts.delete(t);
    for (const pair of pieces) freeDetections.delete(pairs.d[pair]!);
    const worth = pieces.length === 1 ? 1 : SPLIT_SCORE;
    if (pieces.length > 1) account.splitTexts++;
    account.recall += worth;
    account.precision += worth * pieces.length;
  }
  for (const d of [...freeDetections]) {
    if (byDetection[d]!.length < 2) continue;
    const held = byDetection[d]!.filter(
      (pair) => freeTexts.has(pairs.t[pair]!) && recall(pair) >= AREA_RECALL,
    );
    if (held.length === 0 || rounded(held.map(precision)) < AREA_PRECISION) continue;
    for (const pair of held) freeTexts.delete(pairs.t[pair]!);
    const worth = held.length === 1 ? 1 : MERGE_SCORE;
    if (held.length > 1) account.mergedDetections++;
    account.recall += worth * held.length;
    account.precision += worth;
  }
  return account;
}

const shareOf = (part: number, whole: number): number => (whole > 0 ? part / whole : 0);

const rounded = (shares: readonly number[]): number =>
  Number(shares.reduce((sum, share) => sum + share, 0).toFixed(SUM_DECIMALS));

/** Distance of the bounding boxes' centres over the mean of their diagonals. */
function centerDistance({ box: a }: Shape, { box: b }: Shape): number {
  const diagonal = ({ minX, minY, maxX, maxY }: BoundingBox) => Math.hypot(maxX - minX, maxY - minY);
  const distance = Math.hypot(a.minX + a.maxX - b.minX - b.maxX, a.minY + a.maxY - b.minY - b.maxY) / 2;
  return (2 * distance) / (diagonal(a) + diagonal(b));
}

function emptyAccount(): Account {
  return {
    texts: 0,
    detections: 0,
    recall: 0,
    precision: 0,
    oneToOne: 0,
    splitTexts: 0,
    mergedDetections: 0,
  };
}

function scores({ recall, precision, ...counts }: Account, whenEmpty: number): Scores & DetevalCounts {
  return { ...scoresOf({ recall, precision }, counts, whenEmpty), ...counts };
}
