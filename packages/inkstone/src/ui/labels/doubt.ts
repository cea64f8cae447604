import type { Detection } from 'inkstone-detect';
import type { Text } from './label-text.js';

export interface FirstTexts {
  readonly texts: readonly Text[];
  readonly doubt: number;
}

/** Candidates are taken into account down to this share of the score that a text needs. */
export const CANDIDATE_SHARE = 0.5;
/** Coordinates are tenths of a pixel: no hand is steadier. */
const TENTHS = 10;

/**
 * The texts that a detector is sure enough of, and how many of its decisions it expects to be wrong: a text with score s is none with
 * probability 1 − s, a candidate that was left out is one with probability s.
 */
export function firstTexts(candidates: readonly Detection[], boxThreshold: number): FirstTexts {
  const isText = ({ score }: Detection) => score >= boxThreshold;
  const texts = candidates.filter(isText).map(({ polygon, score }) => ({
    polygon: polygon.map(([x, y]) => [rounded(x), rounded(y)] as const),
    transcript: '',
    ignore: false,
    score,
  }));
  const doubt = candidates.reduce((sum, text) => sum + (isText(text) ? 1 - text.score : text.score), 0);
  // Somebody has put the picture here for a text that is on it.
  return { texts, doubt: texts.length === 0 ? Math.max(1, doubt) : doubt };
}

const rounded = (value: number): number => Math.round(value * TENTHS) / TENTHS;
