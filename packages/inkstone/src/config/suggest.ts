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

/** Words of other programs, in lower case, and the key (or the whole override) that does here what they do there. */
export type OtherWords = Readonly<Record<string, string>>;

/**
 * The key that was probably meant by `path`: what another program's word stands for, a slip in the last word, the right word
 * in the wrong place, a slip in the whole path.
 */
export function meantKey(
  path: string,
  known: readonly string[],
  otherWords: OtherWords = {},
): string | undefined {
  const last = lastWord(path);
  const parent = parentOf(path);
  const word = last.toLowerCase().replaceAll('-', '_');
  if (Object.hasOwn(otherWords, word)) return otherWords[word];
  const sibling = nearest(last, keysIn(parent, known));
  if (sibling !== undefined) return parent === '' ? sibling : `${parent}.${sibling}`;
  return known.find((key) => lastWord(key) === last) ?? nearest(path, known);
}

/** The last words of the keys that lie in the map `parent`. */
export const keysIn = (parent: string, known: readonly string[]): string[] =>
  known.filter((key) => parentOf(key) === parent).map(lastWord);

const lastWord = (path: string): string => path.slice(path.lastIndexOf('.') + 1);
export const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('.')));
