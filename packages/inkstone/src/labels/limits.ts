/**
 * What a label file may hold at most, and each key once. Far above what people label, and low enough that a file made to hurt
 * is refused before it takes memory or time.
 */

import { shorten } from './problem.js';

/** Texts of one picture: the densest newspaper page has a few thousand words. */
export const MAX_TEXTS = 10_000;
/** Points of one polygon. Whether it crosses itself is a question of every pair of its edges. */
export const MAX_POINTS = 128;
/** Characters of a line of coordinates and a transcript. */
export const MAX_LINE = 10_000;
/** Lists and objects in one another; the formats need seven. */
const MAX_DEPTH = 64;
/** Lists, objects and keys of one text; a text of a label has nine. */
const MAX_PARTS = 5_000_000;

/** A key stands twice in one object. Parsers keep the last value and say nothing of the others. */
export class DoubledKeyError extends SyntaxError {
  /**
   * @param place keys that lead to the object, `images.001.jpg.words`; empty for the outermost
   * @param line of the second one, counted from 1
   */
  constructor(
    key: string,
    place: string,
    readonly line: number,
  ) {
    super(`${JSON.stringify(shorten(key))} stands twice in ${place || 'one object'}; keep one of the two`);
  }
}

/**
 * Parses JSON that comes from outside. Its depth and its parts are counted first, because each costs many times the
 * characters that it takes to write.
 *
 * @throws SyntaxError, and DoubledKeyError for a key that one object has twice
 */
export function parseBoundedJson(text: string): unknown {
  const doubled = scan(text);
  const value: unknown = JSON.parse(text);
  if (doubled !== undefined) throw doubled;
  return value;
}

const QUOTE = 34;
const BACKSLASH = 92;
const COLON = 58;
const OPENING = [91, 123];
const CLOSING = [93, 125];

/** The list or object at one depth that is open. Kept for the next one there, so that a file of many costs few. */
interface Scope {
  /** Where it begins. */
  start: number;
  /** The key that was read last; empty in a list. */
  key: string;
  /** Where each key stood last, in this one or in those before it at this depth. */
  readonly places: Map<string, number>;
}

/**
 * The first key that one object has twice. All else that is wrong with the text is left to the parser.
 *
 * @throws SyntaxError for more depth or parts than a label file may have
 */
function scan(text: string): DoubledKeyError | undefined {
  const scopes: Scope[] = [newScope()];
  let depth = 0;
  let parts = 0;
  let doubled: DoubledKeyError | undefined;
  // Of the string that was read last.
  let from = 0;
  let to = 0;
  let hasEscapes = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) {
      from = i + 1;
      hasEscapes = false;
      for (i++; i < text.length && text.charCodeAt(i) !== QUOTE; i++) {
        if (text.charCodeAt(i) !== BACKSLASH) continue;
        hasEscapes = true;
        i++;
      }
      to = i;
    } else if (code === COLON) {
      parts++;
      const key = text.slice(from, to);
      if (doubled === undefined && isSecond(scopes[depth], hasEscapes ? unescaped(key) : key, from))
        doubled = new DoubledKeyError(unescaped(key), pathTo(scopes, depth), lineAt(text, from));
    } else if (code === OPENING[0] || code === OPENING[1]) {
      parts++;
      if (++depth > MAX_DEPTH)
        throw new SyntaxError(`more than ${MAX_DEPTH} lists and objects stand in one another`);
      scopes[depth] ??= newScope();
      scopes[depth].start = i;
      scopes[depth].key = '';
    } else if (code === CLOSING[0] || code === CLOSING[1]) depth--;
    if (parts > MAX_PARTS) throw new SyntaxError(`it has more than ${MAX_PARTS} lists, objects and keys`);
  }
  return doubled;
}

/** Whether this object has the key already. Text that is no JSON may have keys where nothing is open. */
function isSecond(scope: Scope | undefined, key: string, place: number): boolean {
  if (scope === undefined) return false;
  const before = scope.places.get(key);
  if (before !== undefined && before > scope.start) return true;
  scope.key = key;
  scope.places.set(key, place);
  return false;
}

const newScope = (): Scope => ({ start: 0, key: '', places: new Map() });

/** Two ways to write one key are one key. */
function unescaped(key: string): string {
  try {
    return JSON.parse(`"${key}"`);
  } catch {
    return key;
  }
}

function pathTo(scopes: readonly Scope[], depth: number): string {
  const keys = scopes.slice(1, depth).map(({ key }) => shorten(key));
  return keys.filter((key) => key !== '').join('.');
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split(/\r\n|\r|\n/).length;
}
