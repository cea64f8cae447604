import type { Polygon } from 'inkstone-detect/geometry';
import type { TextInstance } from '../labels/index.js';

export interface PredictedText {
  readonly polygon: Polygon;
}

export interface Scores {
  readonly precision: number;
  readonly recall: number;
  /** Harmonic mean of precision and recall, 0 when both are 0. */
  readonly hmean: number;
}

/**
 * A measure that sees one image after the other. `add` returns the scores of that image alone. Beside the scores stand
 * numbers that it counted, under names such as `falsePositiveCharacters`.
 */
export interface DetectionMetric<Counts = unknown> {
  add(groundTruth: readonly TextInstance[], predictions: readonly PredictedText[]): Scores & Counts;
  /** Over all images added so far. */
  result(): Scores & Counts;
}

/** A way to score text boxes: a choice of `evaluate --metric`, and figures of every validation. */
export interface Metric {
  /** What users type, and the end of its figures' names: `hmean_iou`. */
  readonly name: string;
  /** What people read. */
  readonly title: string;
  create(): DetectionMetric;
}

export function harmonicMean(a: number, b: number): number {
  return a + b > 0 ? (2 * a * b) / (a + b) : 0;
}
