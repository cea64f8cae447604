/**
 * What a label file may hold at most. Far above what people label, and low enough that a file made to hurt is refused before
 * it takes memory or time.
 */

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

/**
 * Parses JSON that comes from outside. Its depth and its parts are counted first, because each costs many times the
 * characters that it takes to write.
 *
 * @throws SyntaxError
 */
export function parseBoundedJson(text: string): unknown {
  const { depth, parts } = measure(text);
  if (depth > MAX_DEPTH)
    throw new SyntaxError(`more than ${MAX_DEPTH} lists and objects stand in one another`);
  if (parts > MAX_PARTS) throw new SyntaxError(`it has more than ${MAX_PARTS} lists, objects and keys`);
  return JSON.parse(text);
}

const QUOTE = 34;
const BACKSLASH = 92;
const COLON = 58;
const OPENING = [91, 123];
const CLOSING = [93, 125];

/** How deep the text goes and how many lists, objects and keys it has. What is wrong with it is left to the parser. */
function measure(text: string): { depth: number; parts: number } {
  let open = 0;
  let depth = 0;
  let parts = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) {
      for (i++; i < text.length && text.charCodeAt(i) !== QUOTE; i++)
        if (text.charCodeAt(i) === BACKSLASH) i++;
    } else if (code === COLON) parts++;
    else if (code === OPENING[0] || code === OPENING[1]) {
      parts++;
      depth = Math.max(depth, ++open);
    } else if (code === CLOSING[0] || code === CLOSING[1]) open--;
  }
  return { depth, parts };
}
