/**
 * The words under an overlay that say what its colours mean, as SVG. Drawn from dots: a machine that trains need not have
 * any font installed, and text without a font is not drawn at all.
 */

export interface LegendEntry {
  readonly color: string;
  readonly word: string;
}

/** Seven rows of dots a letter, from top to bottom. */
const LETTERS: Readonly<Record<string, string>> = {
  a: '..... ..... .###. ....# .#### #...# .####',
  d: '....# ....# .##.# #..## #...# #...# .####',
  e: '..... ..... .###. #...# ##### #.... .###.',
  f: '..##. .#..# .#... ###.. .#... .#... .#...',
  g: '..... .#### #...# #...# .#### ....# .###.',
  i: '..#.. ..... .##.. ..#.. ..#.. ..#.. .###.',
  l: '.##.. ..#.. ..#.. ..#.. ..#.. ..#.. .###.',
  m: '..... ..... ##.#. #.#.# #.#.# #...# #...#',
  n: '..... ..... #.##. ##..# #...# #...# #...#',
  o: '..... ..... .###. #...# #...# #...# .###.',
  p: '..... ..... ####. #...# ####. #.... #....',
  r: '..... ..... #.##. ##..# #.... #.... #....',
  s: '..... ..... .#### #.... .###. ....# ####.',
  t: '.#... .#... ###.. .#... .#... .#..# ..##.',
  u: '..... ..... #...# #...# #...# #..## .##.#',
  v: '..... ..... #...# #...# #...# .#.#. ..#..',
};
/** In dots. */
const LETTER = { width: 6, height: 7 } as const;
const SWATCH = 7;
const GAP = 3;
const ROW = LETTER.height + 2 * GAP;
/** Pictures are looked at as a whole: a letter's dot is this share of the longer side. */
const DOT_SHARE = 1 / 600;

export interface Legend {
  readonly height: number;
  /** Rectangles, the first row at y = 0. */
  readonly shapes: string;
}

/** For a picture of `width` pixels and this longest side; entries that do not fit beside each other go below. */
export function drawLegend(entries: readonly LegendEntry[], width: number, longest: number): Legend {
  const dot = Math.max(1, Math.round(longest * DOT_SHARE));
  const shapes: string[] = [];
  let x = GAP;
  let y = GAP;
  for (const { color, word } of entries) {
    const needed = SWATCH + GAP + word.length * LETTER.width + 2 * GAP;
    if (x > GAP && (x + needed) * dot > width) {
      x = GAP;
      y += ROW;
    }
    shapes.push(rectangle(x, y, SWATCH, color), ...dots(word, x + SWATCH + GAP, y));
    x += needed;
  }
  const height = (y + LETTER.height + GAP) * dot;
  return { height, shapes: `<g transform="scale(${dot})">${shapes.join('')}</g>` };
}

function dots(word: string, left: number, top: number): string[] {
  return [...word].flatMap((letter, place) =>
    (LETTERS[letter] as string)
      .split(' ')
      .flatMap((row, dy) =>
        [...row].flatMap((dot, dx) =>
          dot === '#' ? [rectangle(left + place * LETTER.width + dx, top + dy, 1, '#202020')] : [],
        ),
      ),
  );
}

function rectangle(x: number, y: number, side: number, color: string): string {
  return `<rect x="${x}" y="${y}" width="${side}" height="${side}" fill="${color}"/>`;
}
