import type { Polygon } from 'inkstone-detect/geometry';

/** A text as a person marked it. `TextInstance` of the data room is one. */
export interface GroundTruthText {
  readonly polygon: Polygon;
  /** Empty when nobody wrote it down. */
  readonly transcript: string;
  /** Neither finding nor missing this text counts (unreadable text, "###"). */
  readonly ignore: boolean;
}

export interface PredictedText {
  readonly polygon: Polygon;
}

export interface Scores {
  readonly precision: number;
  readonly recall: number;
  /** Harmonic mean of precision and recall, 0 when both are 0. */
  readonly hmean: number;
}

/** A measure that sees one image after the other. `add` returns the scores of that image alone. */
export interface DetectionMetric<Counts> {
  add(groundTruth: readonly GroundTruthText[], predictions: readonly PredictedText[]): Scores & Counts;
  /** Over all images added so far. */
  result(): Scores & Counts;
}

export function harmonicMean(a: number, b: number): number {
  return a + b > 0 ? (2 * a * b) / (a + b) : 0;
}
