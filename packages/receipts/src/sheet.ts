/**
 * A roll of paper that lines are printed on, top to bottom. It knows where each text comes to lie and draws nothing:
 * only when the last line is known does the paper have a height. Lengths are in points of the receipt: a usual line of
 * text has a size of about 20.
 */
import type { RandomStream } from 'inkstone-detect/random';
import { FACE_FACTS, type Face, measureText } from './fonts.js';
import { type Logo, logo } from './logos.js';
import { bars, frame, matrix, rule, type Shape } from './shapes.js';

export type Align = 'left' | 'center' | 'right';

/** How a printer sets its texts. */
export interface Printer {
  readonly face: Face;
  readonly headFace: Face;
  /** Font size of the body. */
  readonly size: number;
  /** Distance of baselines in font sizes. */
  readonly leading: number;
  readonly isBold: boolean;
  readonly isUpperCase: boolean;
  /** Needle printers leave gaps between their dots. */
  readonly isMatrix: boolean;
  /** CSS colour. */
  readonly ink: string;
  readonly rule: 'dashes' | 'line' | 'double' | 'dots' | 'stars';
}

/** Departures from the body text; width and height multiply the letters' size as receipt printers do. */
export interface Style {
  readonly width?: number;
  readonly height?: number;
  readonly isBold?: boolean;
  readonly isUnderlined?: boolean;
  readonly face?: Face;
}

/** One text as it will be drawn, with its box: `x, y` to `x + width, y + height`. */
export interface TextMark {
  readonly text: string;
  readonly face: Face;
  readonly isBold: boolean;
  readonly size: number;
  readonly scaleX: number;
  readonly scaleY: number;
  /** Start of the baseline. */
  readonly originX: number;
  readonly baseline: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A text of a row. `at` is a share of the printed width: the text's left end, middle or right end, as `align` says. */
export interface Cell {
  readonly text: string;
  readonly at: number;
  readonly align: Align;
  readonly style: Style;
}

const cell =
  (align: Align, end: number) =>
  (text: string, at = end, style: Style = {}): Cell => ({ text, at, align, style });
export const left = cell('left', 0);
export const center = cell('center', 0.5);
export const right = cell('right', 1);

/** Texts of a row stay apart by this many font sizes, else they would read as one. */
const CELL_GAP = 0.9;
const FLUSH_LEFT = { at: 0, align: 'left' } as const;
/** A box leaves this share of the font size free around the ink, about as much as people who draw boxes do. */
const BOX_MARGIN = 0.09;
/** Boxes are at least as high as small letters: one round a dash would be a line. */
const MIN_ASCENT = 0.5;

export class Sheet {
  readonly texts: TextMark[] = [];
  readonly shapes: Shape[] = [];
  /** Top of the next line. */
  y: number;
  readonly #random: RandomStream;

  constructor(
    readonly printer: Printer,
    /** Of the paper. */
    readonly width: number,
    readonly margin: number,
    top: number,
    random: RandomStream,
  ) {
    this.y = top;
    this.#random = random;
  }

  get innerWidth(): number {
    return this.width - 2 * this.margin;
  }

  /** Empty space, in body lines. */
  gap(lines: number): void {
    this.y += lines * this.printer.size * this.printer.leading;
  }

  /** A text alone, broken between words where it is too long. */
  line(text: string, align: Align = 'center', style: Style = {}): void {
    const at = align === 'left' ? 0 : align === 'right' ? 1 : 0.5;
    for (const part of this.#wrap(text, style)) this.row({ text: part, at, align, style });
  }

  lines(texts: readonly string[], align: Align = 'center'): void {
    for (const text of texts) this.line(text, align);
  }

  /** A name on the left, its value on the right. */
  pair(name: string, value: string, style: Style = {}): void {
    this.row(left(name, 0, style), right(value, 1, style));
  }

  /** Texts on one baseline. Where they collide they are set narrow and to the left; what still collides loses its end. */
  row(...cells: readonly Cell[]): void {
    const { size, leading } = this.printer;
    const height = Math.max(...cells.map(({ style }) => style.height ?? 1));
    const baseline = this.y + size * height * (leading * 0.5 + 0.34);
    let printed = cells.filter(({ text }) => text.trim() !== '');
    let marks = printed.map((cell) => this.#place(cell, baseline));
    const isCrowded = (mark: TextMark, i: number) =>
      mark.x < this.margin / 2 || (i + 1 < marks.length && mark.x + mark.width > this.#limitOf(marks, i));
    if (marks.length > 1 && marks.some(isCrowded)) {
      printed = printed.map((cell, i) => ({
        ...cell,
        ...(i === 0 && FLUSH_LEFT),
        style: { ...cell.style, width: 1 },
      }));
      marks = printed.map((cell) => this.#place(cell, baseline));
    }
    marks.forEach((mark, i) => {
      const kept = shorten(mark, this.#limitOf(marks, i));
      if (!kept) return;
      this.texts.push(kept);
      if (printed[i].style.isUnderlined)
        this.shapes.push(rule(kept.x, baseline + size * 0.16, kept.width, size * 0.06));
    });
    this.y += size * height * leading;
  }

  rule(kind: Printer['rule'] = this.printer.rule): void {
    const { margin, innerWidth } = this;
    const { size, leading, face } = this.printer;
    const y = this.y + (size * leading) / 2;
    if (kind === 'stars') {
      const advance = measureText('*', face).advance * size;
      const width = Math.floor(innerWidth / advance) * advance;
      // Rows of stars are ink, but nobody reads them: they are drawn as very short rules.
      this.shapes.push(rule(margin, y, width, size * 0.3, [advance * 0.35, advance * 0.65]));
    } else {
      const dash =
        kind === 'dashes' ? [size * 0.42, size * 0.2] : kind === 'dots' ? [size * 0.1, size * 0.22] : [];
      const thickness = size * (kind === 'line' ? 0.06 : 0.08);
      for (const offset of kind === 'double' ? [-0.09, 0.09] : [0])
        this.shapes.push(rule(margin, y + offset * size, innerWidth, thickness, dash));
    }
    this.y += size * leading * 0.8;
  }

  /** A box round everything from `top` to here. */
  frame(top: number): void {
    this.shapes.push(frame(this.margin, top, this.innerWidth, this.y - top));
  }

  /** Where a text of a row must end. */
  #limitOf(marks: readonly TextMark[], i: number): number {
    const next = marks[i + 1];
    return next ? next.x - CELL_GAP * this.printer.size : this.width - this.margin * 0.4;
  }

  #place({ text, at, align, style }: Cell, baseline: number): TextMark {
    const { size } = this.printer;
    const type = this.#typeOf(text, style);
    const { width: scaleX = 1, height: scaleY = 1 } = style;
    const advance = measureText(type.text, type.face, type.isBold).advance * size * scaleX;
    const anchor = this.margin + this.#snap(at * this.innerWidth);
    const originX = align === 'left' ? anchor : align === 'right' ? anchor - advance : anchor - advance / 2;
    return makeMark({ ...type, text: type.text.trim(), size, scaleX, scaleY, originX, baseline });
  }

  /** What the printer makes of a text. */
  #typeOf(text: string, style: Style) {
    const { face, isBold, isUpperCase } = this.printer;
    return {
      text: isUpperCase && !style.face ? text.toUpperCase() : text,
      face: style.face ?? face,
      isBold: style.isBold ?? isBold,
    };
  }

  /** Printers with fixed pitch put every letter on a grid. */
  #snap(x: number): number {
    const { face, size } = this.printer;
    if (!FACE_FACTS[face].isMonospaced) return x;
    const pitch = measureText('0', face).advance * size;
    return Math.round(x / pitch) * pitch;
  }

  #wrap(text: string, style: Style): string[] {
    const type = this.#typeOf(text, style);
    const limit = this.innerWidth / (this.printer.size * (style.width ?? 1));
    const [first, ...words] = type.text.split(' ');
    const parts = [first];
    for (const word of words) {
      const joined = `${parts[parts.length - 1]} ${word}`;
      if (measureText(joined, type.face, type.isBold).advance <= limit) parts[parts.length - 1] = joined;
      else parts.push(word);
    }
    return parts;
  }

  /** Bars of varying width, with the number below them or without. */
  barcode(number: string | null): void {
    const { size } = this.printer;
    const count = 57 + 2 * Math.floor(this.#random.uniform() * 20);
    const modules = Array.from({ length: count }, () => 1 + Math.floor(this.#random.uniform() ** 1.6 * 4));
    const width = this.innerWidth * this.#random.between(0.5, 0.85);
    const height = size * this.#random.between(2, 3.6);
    this.gap(0.4);
    this.#add(bars((this.width - width) / 2, this.y, width, height, modules), height);
    this.gap(0.2);
    if (number !== null) this.line(number);
  }

  /** Looks like a QR code: three finders and random cells. Reads as nothing. */
  matrixCode(): void {
    const { size } = this.printer;
    const count = 21 + 4 * Math.floor(this.#random.uniform() * 4);
    const cells = Array.from({ length: count }, (_, row) =>
      Array.from({ length: count }, (_, column) => finder(row, column, count) ?? this.#random.chance(0.48)),
    );
    const side = size * this.#random.between(5, 8);
    this.gap(0.5);
    this.#add(matrix((this.width - side) / 2, this.y, side, cells), side);
    this.gap(0.5);
  }

  logo(emblem: Logo, align: Align = 'center'): void {
    const size = this.printer.size * this.#random.between(2.6, 4.4);
    const x = align === 'left' ? this.margin : (this.width - size) / 2;
    this.#add(logo(emblem, x, this.y, size), size);
    this.gap(0.5);
  }

  /** @param height what the shape takes of the roll */
  #add(shape: Shape, height: number): void {
    this.shapes.push(shape);
    this.y += height;
  }
}

/** Fills in the box from the letters' own extents. */
function makeMark(mark: Omit<TextMark, 'x' | 'y' | 'width' | 'height'>): TextMark {
  const { text, face, isBold, size, scaleX, scaleY, originX, baseline } = mark;
  const m = measureText(text, face, isBold);
  const margin = BOX_MARGIN * size;
  const top = Math.max(m.ascent, MIN_ASCENT) * size * scaleY;
  const bottom = Math.max(m.descent, 0) * size * scaleY;
  return {
    ...mark,
    x: originX + m.left * size * scaleX - margin,
    y: baseline - top - margin,
    width: (m.right - m.left) * size * scaleX + 2 * margin,
    height: top + bottom + 2 * margin,
  };
}

/** The mark without its last letters, so that it ends before `limit`; null when nothing is left. */
function shorten(mark: TextMark, limit: number): TextMark | null {
  let { text } = mark;
  let kept = mark;
  while (kept.x + kept.width > limit) {
    text = text.slice(0, -1).trimEnd();
    if (text === '') return null;
    kept = makeMark({ ...mark, text });
  }
  return kept;
}

/** The value that a QR code's corner patterns give a cell, or null outside them. */
function finder(row: number, column: number, count: number): boolean | null {
  for (const [r, c] of [
    [row, column],
    [row, count - 1 - column],
    [count - 1 - row, column],
  ]) {
    if (r > 7 || c > 7) continue;
    const ring = Math.max(Math.abs(r - 3), Math.abs(c - 3));
    return ring === 3 || ring <= 1;
  }
  return null;
}
