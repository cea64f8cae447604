/** Recall by the height of texts: what a detector misses is mostly small. */
import { type TextInstance, textHeight } from '../labels/index.js';
import type { PredictedText } from './metric.js';
import { METRIC_NAMES, type MetricName, metricNamed } from './metrics.js';

/** Pixels that part the classes of height. */
const LIMITS = [10, 15, 20, 30];

export interface HeightClass {
  /** Heights in pixels: `from` is one of them, `below` is not. null: no end. */
  readonly from: number;
  readonly below: number | null;
  /** Texts that are not ignored. */
  readonly texts: number;
  readonly recall: Readonly<Partial<Record<MetricName, number>>>;
}

/**
 * Scores each class of heights as if the texts of all others were ignored, which every metric knows how to do. There is no
 * precision: what was invented has no height in the ground truth.
 */
export class RecallByHeight {
  readonly #classes;

  constructor(metrics: readonly MetricName[] = METRIC_NAMES) {
    this.#classes = [0, ...LIMITS].map((from, index) => ({
      from,
      below: LIMITS[index] ?? null,
      texts: 0,
      measures: metrics.map((name) => ({ name, measure: metricNamed(name).create() })),
    }));
  }

  /** @param scale pixels in which heights are told, for one pixel of the polygons */
  add(groundTruth: readonly TextInstance[], predictions: readonly PredictedText[], scale = 1): void {
    const heights = groundTruth.map((text) => scale * textHeight(text));
    for (const one of this.#classes) {
      const { from, below, measures } = one;
      const isMember = (index: number) => heights[index]! >= from && heights[index]! < (below ?? Infinity);
      const texts = groundTruth.map((text, index) => (isMember(index) ? text : { ...text, ignore: true }));
      const count = texts.filter(({ ignore }) => !ignore).length;
      if (count === 0) continue;
      one.texts += count;
      for (const { measure } of measures) measure.add(texts, predictions);
    }
  }

  /** The classes that have texts, the lowest first. */
  result(): HeightClass[] {
    return this.#classes
      .filter(({ texts }) => texts > 0)
      .map(({ from, below, texts, measures }) => ({
        from,
        below,
        texts,
        recall: Object.fromEntries(measures.map(({ name, measure }) => [name, measure.result().recall])),
      }));
  }
}
