/**
 * What a label file may hold at most. Far above what people label, and low enough that a file made to hurt is refused before
 * it takes memory or time.
 */

/** Texts of one picture: the densest newspaper page has a few thousand words. */
export const MAX_TEXTS = 10_000;
/** Points of one polygon. Whether it crosses itself is a question of every pair of its edges. */
export const MAX_POINTS = 256;
/** Characters of a line of coordinates and a transcript. */
export const MAX_LINE = 10_000;
/** Lists and objects in one another; the formats need seven. */
const MAX_DEPTH = 64;

/**
 * Parses JSON that comes from outside. Its depth is counted first, because each level costs many times the bracket that it
 * takes to write.
 *
 * @throws SyntaxError
 */
export function parseShallowJson(text: string): unknown {
  if (depthExceeds(text, MAX_DEPTH)) {
    throw new SyntaxError(`more than ${MAX_DEPTH} lists and objects stand in one another`);
  }
  return JSON.parse(text);
}

/** Strings are passed over; what else is wrong with the text is left to the parser. */
function depthExceeds(text: string, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (inString) {
      if (character === '\\') i++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '[' || character === '{') {
      if (++depth > limit) return true;
    } else if (character === ']' || character === '}') depth--;
  }
  return false;
}
