/**
 * A roll of paper that lines are printed on, top to bottom. It knows where each text comes to lie and draws nothing:
 * only when the last line is known does the paper have a height. Lengths are in points of the receipt: a usual line of
 * text has a size of about 20.
 */
import type { RandomStream } from 'inkstone-detect/random';
import { type Face, MONOSPACED, measureText } from './fonts.js';
import type { Logo } from './logos.js';

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

export type ShapeMark =
  | {
      readonly kind: 'rule';
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly thickness: number;
      readonly dash: readonly number[];
    }
  | {
      readonly kind: 'frame';
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
    }
  | {
      readonly kind: 'bars';
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
      readonly modules: readonly number[];
    }
  | {
      readonly kind: 'matrix';
      readonly x: number;
      readonly y: number;
      readonly side: number;
      readonly cells: readonly (readonly boolean[])[];
    }
  | {
      readonly kind: 'logo';
      readonly x: number;
      readonly y: number;
      readonly size: number;
      readonly logo: Logo;
    };

/** A text of a row. `at` is a share of the printed width: the text's left end, middle or right end, as `align` says. */
export interface Cell {
  readonly text: string;
  readonly at: number;
  readonly align?: Align;
  readonly style?: Style;
}

/** Texts of a row stay apart by this many font sizes, else they would read as one. */
const CELL_GAP = 0.9;
const FLUSH_LEFT = { at: 0, align: 'left' } as const;
/** A box leaves this share of the font size free around the ink, about as much as people who draw boxes do. */
const BOX_MARGIN = 0.09;
/** Boxes are at least as high as small letters: one round a dash would be a line. */
const MIN_ASCENT = 0.5;

export class Sheet {
  readonly texts: TextMark[] = [];
  readonly shapes: ShapeMark[] = [];
  /** Top of the next line. */
  y: number;

  constructor(
    readonly printer: Printer,
    /** Of the paper. */
    readonly width: number,
    readonly margin: number,
    top: number,
    private readonly random: RandomStream,
  ) {
    this.y = top;
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
    for (const part of this.wrap(text, style)) this.row([{ text: part, at, align, style }]);
  }

  lines(texts: readonly string[], align: Align = 'center', style: Style = {}): void {
    for (const text of texts) this.line(text, align, style);
  }

  /** A name on the left, its value on the right. */
  pair(name: string, value: string, style: Style = {}): void {
    this.row([
      { text: name, at: 0, style },
      { text: value, at: 1, align: 'right', style },
    ]);
  }

  /** Texts on one baseline. Where they collide they are set narrow and to the left; what still collides loses its end. */
  row(cells: readonly Cell[]): void {
    const { size, leading } = this.printer;
    const height = Math.max(...cells.map((cell) => cell.style?.height ?? 1));
    const baseline = this.y + size * height * (leading * 0.5 + 0.34);
    let printed = cells.filter(({ text }) => text.trim() !== '');
    let marks = printed.map((cell) => this.place(cell, baseline));
    const isCrowded = (mark: TextMark, i: number) =>
      mark.x < this.margin / 2 || (i + 1 < marks.length && mark.x + mark.width > this.limitOf(marks, i));
    if (marks.length > 1 && marks.some(isCrowded)) {
      printed = printed.map((cell, i) => ({
        ...cell,
        ...(i === 0 && FLUSH_LEFT),
        style: { ...cell.style, width: 1 },
      }));
      marks = printed.map((cell) => this.place(cell, baseline));
    }
    marks.forEach((mark, i) => {
      const kept = shorten(mark, this.limitOf(marks, i));
      if (!kept) return;
      this.texts.push(kept);
      if (printed[i].style?.isUnderlined) {
        const y = baseline + size * 0.16;
        this.shapes.push({ kind: 'rule', x: kept.x, y, width: kept.width, thickness: size * 0.06, dash: [] });
      }
    });
    this.y += size * height * leading;
  }

  rule(kind: Printer['rule'] = this.printer.rule): void {
    const { size, leading, face } = this.printer;
    const y = this.y + (size * leading) / 2;
    if (kind === 'stars') {
      const advance = measureText('*', face).advance * size;
      const count = Math.floor(this.innerWidth / advance);
      // Rows of stars are ink, but nobody reads them: they are drawn as very short rules.
      this.shapes.push({
        kind: 'rule',
        x: this.margin,
        y,
        width: count * advance,
        thickness: size * 0.3,
        dash: [advance * 0.35, advance * 0.65],
      });
    } else {
      const dash =
        kind === 'dashes' ? [size * 0.42, size * 0.2] : kind === 'dots' ? [size * 0.1, size * 0.22] : [];
      const thickness = size * (kind === 'line' ? 0.06 : 0.08);
      const offsets = kind === 'double' ? [-0.09, 0.09] : [0];
      for (const offset of offsets) {
        this.shapes.push({
          kind: 'rule',
          x: this.margin,
          y: y + offset * size,
          width: this.innerWidth,
          thickness,
          dash,
        });
      }
    }
    this.y += size * leading * 0.8;
  }

  /** Shape marks of the caller's own making; `height` is what they take of the roll. */
  shape(mark: ShapeMark, height: number): void {
    this.shapes.push(mark);
    this.y += height;
  }

  /** Where a text of a row must end. */
  private limitOf(marks: readonly TextMark[], i: number): number {
    const next = marks[i + 1];
    return next ? next.x - CELL_GAP * this.printer.size : this.width - this.margin * 0.4;
  }

  private place(cell: Cell, baseline: number): TextMark {
    const { printer } = this;
    const style = cell.style ?? {};
    const face = style.face ?? printer.face;
    const text = printer.isUpperCase && !style.face ? cell.text.toUpperCase() : cell.text;
    const scaleX = style.width ?? 1;
    const scaleY = style.height ?? 1;
    const isBold = style.isBold ?? printer.isBold;
    const advance = measureText(text, face, isBold).advance * printer.size * scaleX;
    const anchor = this.margin + this.snap(cell.at * this.innerWidth);
    const align = cell.align ?? 'left';
    const originX = align === 'left' ? anchor : align === 'right' ? anchor - advance : anchor - advance / 2;
    return makeMark({
      text: text.trim(),
      face,
      isBold,
      size: printer.size,
      scaleX,
      scaleY,
      originX,
      baseline,
    });
  }

  /** Printers with fixed pitch put every letter on a grid. */
  private snap(x: number): number {
    const { face, size } = this.printer;
    if (!MONOSPACED.has(face)) return x;
    const pitch = measureText('0', face).advance * size;
    return Math.round(x / pitch) * pitch;
  }

  private wrap(text: string, style: Style): string[] {
    const { printer } = this;
    const face = style.face ?? printer.face;
    const limit = this.innerWidth / (printer.size * (style.width ?? 1));
    const cased = printer.isUpperCase && !style.face ? text.toUpperCase() : text;
    const parts: string[] = [];
    for (const word of cased.split(' ')) {
      const joined = parts.length > 0 ? `${parts[parts.length - 1]} ${word}` : word;
      if (parts.length > 0 && measureText(joined, face, style.isBold ?? printer.isBold).advance <= limit) {
        parts[parts.length - 1] = joined;
      } else parts.push(word);
    }
    return parts;
  }

  /** Bars of varying width, with the number below them or without. */
  barcode(number: string | null): void {
    const { size } = this.printer;
    const modules: number[] = [];
    const count = 57 + 2 * Math.floor(this.random.uniform() * 20);
    for (let i = 0; i < count; i++) modules.push(1 + Math.floor(this.random.uniform() ** 1.6 * 4));
    const width = this.innerWidth * this.random.between(0.5, 0.85);
    const height = size * this.random.between(2, 3.6);
    this.gap(0.4);
    this.shape({ kind: 'bars', x: (this.width - width) / 2, y: this.y, width, height, modules }, height);
    this.gap(0.2);
    if (number !== null) this.line(number);
  }

  /** Looks like a QR code: three finders and random cells. Reads as nothing. */
  matrixCode(): void {
    const { size } = this.printer;
    const count = 21 + 4 * Math.floor(this.random.uniform() * 4);
    const cells = Array.from({ length: count }, (_, row) =>
      Array.from({ length: count }, (_, column) => finder(row, column, count) ?? this.random.chance(0.48)),
    );
    const side = size * this.random.between(5, 8);
    this.gap(0.5);
    this.shape({ kind: 'matrix', x: (this.width - side) / 2, y: this.y, side, cells }, side);
    this.gap(0.5);
  }

  logo(logo: Logo, align: Align = 'center'): void {
    const size = this.printer.size * this.random.between(2.6, 4.4);
    const x = align === 'left' ? this.margin : (this.width - size) / 2;
    this.shape({ kind: 'logo', x, y: this.y, size, logo }, size);
    this.gap(0.5);
  }
}

/** Fills in the box from the letters' own extents. */
export function makeMark(mark: Omit<TextMark, 'x' | 'y' | 'width' | 'height'>): TextMark {
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
