/**
 * DetEval: object counts by area, as Wolf and Jolion ("Object count / area graphs for the evaluation of object detection and
 * segmentation algorithms", IJDAR 8(4), 2006) define them and ICDAR's Robust Reading competitions use them.
 *
 * A text counts as found when one box covers enough of it, or when several boxes cover enough of it together (a split, worth
 * 0.8); a box that covers several whole texts (a merge) counts for all of them. Unlike IoU it forgives boxes that are too
 * large more readily than boxes that are too small.
 */
import type { BoundingBox } from 'inkstone-detect/geometry';
import type { TextInstance } from '../labels/index.js';
import { type Measured, measure, onIgnored, scoresOf, shared } from './measured.js';
import type { DetectionMetric, Metric, PredictedText, Scores } from './metric.js';

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
  const ignored = groundTruth.filter(({ ignore }) => ignore).map(({ polygon }) => measure(polygon));
  const texts = groundTruth.filter(({ ignore }) => !ignore).map(({ polygon }) => measure(polygon));
  const found = predictions.map(({ polygon }) => measure(polygon));
  const notJudged = onIgnored(found, ignored, AREA_PRECISION);
  const detections = found.filter((_, place) => !notJudged.has(place));
  const account = { ...emptyAccount(), texts: texts.length, detections: detections.length };

  /** Share of text t that detection d covers, and share of d that lies on t. */
  const common = texts.map((text) => detections.map((detection) => shared(text, detection)));
  const recall = (t: number, d: number) => shareOf(common[t][d], texts[t].area);
  const precision = (t: number, d: number) => shareOf(common[t][d], detections[d].area);
  const isPair = (t: number, d: number) => recall(t, d) >= AREA_RECALL && precision(t, d) >= AREA_PRECISION;
  const freeTexts = new Set(texts.keys());
  const freeDetections = new Set(detections.keys());

  const pairsOfText = texts.map((_, t) => [...detections.keys()].filter((d) => isPair(t, d)));
  const pairsOfDetection = detections.map((_, d) => [...texts.keys()].filter((t) => isPair(t, d)));
  for (const [t, [d, ...others]] of pairsOfText.entries()) {
    if (d === undefined || others.length > 0 || pairsOfDetection[d].length > 1) continue;
    if (centerDistance(texts[t], detections[d]) >= MOST_CENTER_DISTANCE) continue;
    freeTexts.delete(t);
    freeDetections.delete(d);
    account.oneToOne++;
    account.recall += 1;
    account.precision += 1;
  }
  const touching = common.map((row) => row.filter((area) => area > 0).length);
  for (const t of [...freeTexts]) {
    if (touching[t] < 2) continue;
    const pieces = [...freeDetections].filter((d) => precision(t, d) >= AREA_PRECISION);
    if (pieces.length === 0 || rounded(pieces.map((d) => recall(t, d))) < AREA_RECALL) continue;
    freeTexts.delete(t);
    for (const d of pieces) freeDetections.delete(d);
    const worth = pieces.length === 1 ? 1 : SPLIT_SCORE;
    if (pieces.length > 1) account.splitTexts++;
    account.recall += worth;
    account.precision += worth * pieces.length;
  }
  for (const d of [...freeDetections]) {
    if (common.filter((row) => row[d] > 0).length < 2) continue;
    const held = [...freeTexts].filter((t) => recall(t, d) >= AREA_RECALL);
    if (held.length === 0 || rounded(held.map((t) => precision(t, d))) < AREA_PRECISION) continue;
    for (const t of held) freeTexts.delete(t);
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
function centerDistance({ box: a }: Measured, { box: b }: Measured): number {
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
