import { distance } from 'fastest-levenshtein';

/** Edits beyond this share of a word's length make another word, not a slip of the finger. */
const MAX_EDIT_SHARE = 0.4;

/** The candidate that `word` was probably meant to be, if one is near enough. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const edits = distance(word.toLowerCase(), candidate.toLowerCase());
    if (edits < bestDistance) {
      best = candidate;
      bestDistance = edits;
    }
  }
  return bestDistance <= Math.max(1, Math.floor(word.length * MAX_EDIT_SHARE)) ? best : undefined;
}
