/** What people add to a receipt: pen, highlighter, stamps, punched holes. Their words are labelled unreadable. */
import { boundingBox, boxesOverlap, type Point, type Polygon } from 'inkstone-detect/geometry';
import type { RandomStream } from 'inkstone-detect/random';
import { cornersOf } from './camera.js';
import { pick, whole } from './chance.js';
import type { ReceiptDocument } from './document.js';
import { cssFont, HANDWRITTEN, measureText } from './fonts.js';
import { type Context, circle, grey } from './paint.js';
import type { Sheet, TextMark } from './sheet.js';
import type { PaperSize } from './wear.js';

const PEN_INKS = ['#1c2a6b', '#20242c', '#243f9c', '#8c1f24', '#163a8a'];
const STAMP_INKS = ['#2c3f9e', '#a3232b', '#5b2f86', '#1f6a4a'];
const HIGHLIGHTERS = ['#fff35c', '#b8f57a', '#ffc0dc'];
/** How often a place for a stamp or a note is tried before it is left out. */
const ATTEMPTS = 14;

/** What was added: regions of unreadable writing, and texts of the printer that can no longer be read. */
export interface Annotations {
  readonly writing: readonly Polygon[];
  readonly spoilt: ReadonlySet<TextMark>;
}

/** What is needed to write on the paper; its size is in points. */
interface Page {
  readonly g: Context;
  readonly random: RandomStream;
  readonly sheet: Sheet;
  readonly size: PaperSize;
}

export function annotate(
  g: Context,
  random: RandomStream,
  document: ReceiptDocument,
  wear: number,
): Annotations {
  const { sheet, locale } = document;
  const page: Page = { g, random, sheet, size: document };
  const writing: Polygon[] = [];
  const spoilt = new Set<TextMark>();
  if (random.chance(0.25 * wear)) writing.push(...note(page, pick(random, locale.handwriting)));
  if (random.chance(0.14 * wear)) writing.push(...stamp(page, pick(random, locale.labels.stamp)));
  if (random.chance(0.22 * wear)) ring(page);
  if (random.chance(0.16 * wear)) tick(page);
  if (random.chance(0.08 * wear)) highlight(page);
  if (random.chance(0.06 * wear)) hole(page, spoilt);
  if (random.chance(0.16 * wear)) smudge(page, spoilt);
  return { writing, spoilt };
}

/** A few words in somebody's hand, where the paper is free. */
function note(page: Page, text: string): Polygon[] {
  const { g, random } = page;
  const face = pick(random, HANDWRITTEN);
  const height = random.between(30, 48);
  const m = measureText(text, face);
  const width = (m.right - m.left) * height;
  const angle = random.between(-0.18, 0.1);
  return inFreeRegion(page, width, (m.ascent + m.descent) * height, angle, () => {
    g.font = cssFont(face, height);
    g.fillStyle = pick(random, PEN_INKS);
    g.strokeStyle = g.fillStyle;
    g.lineWidth = random.between(0.4, 1.2);
    const [x, y] = [-width / 2 - m.left * height, ((m.ascent - m.descent) / 2) * height];
    g.fillText(text, x, y);
    g.strokeText(text, x, y);
  });
}

/** A rubber stamp, unevenly inked. */
function stamp(page: Page, text: string): Polygon[] {
  const { g, random } = page;
  const height = random.between(26, 40);
  const face = pick(random, ['oswald', 'arimo'] as const);
  const { advance } = measureText(text, face, true);
  const width = advance * height + 20;
  return inFreeRegion(page, width, height * 1.5, random.between(-0.35, 0.25), () => {
    g.globalCompositeOperation = 'multiply';
    g.globalAlpha = random.between(0.4, 0.8);
    g.fillStyle = pick(random, STAMP_INKS);
    g.strokeStyle = g.fillStyle;
    g.lineWidth = 2.6;
    g.strokeRect(-width / 2, -height * 0.75, width, height * 1.5);
    g.font = cssFont(face, height, true);
    g.fillText(text, (-advance * height) / 2, height * 0.36);
  });
}

/**
 * Draws about the middle of a turned rectangle on the paper that touches no printed text.
 * @returns the rectangle, or nothing when no free place was found
 */
function inFreeRegion(
  { g, random, sheet, size }: Page,
  width: number,
  height: number,
  angle: number,
  draw: () => void,
): Polygon[] {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const reachX = (Math.abs(cos) * width + Math.abs(sin) * height) / 2;
  const reachY = (Math.abs(sin) * width + Math.abs(cos) * height) / 2;
  if (2 * reachX > size.width * 0.92 || 2 * reachY > size.height * 0.9) return [];
  for (let i = 0; i < ATTEMPTS; i++) {
    const x = random.between(reachX + 6, size.width - reachX - 6);
    const y = random.between(reachY + 6, size.height - reachY - 6);
    if (textsAt(sheet, x, y, reachX, reachY).length > 0) continue;
    g.save();
    g.translate(x, y);
    g.rotate(angle);
    draw();
    g.restore();
    const corner = (dx: number, dy: number): Point => [
      x + (cos * dx * width - sin * dy * height) / 2,
      y + (sin * dx * width + cos * dy * height) / 2,
    ];
    return [[corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1)]];
  }
  return [];
}

/** A pen's loop round a text, mostly a sum. */
function ring({ g, random, sheet }: Page): void {
  const text = pick(random, sheet.texts.slice(-Math.ceil(sheet.texts.length / 2)));
  pen(g, random);
  const [x, y] = [text.x + text.width / 2, text.y + text.height / 2];
  const [rx, ry] = [text.width * 0.5 + random.between(8, 22), text.height * 0.5 + random.between(5, 12)];
  const start = random.between(0, 6);
  g.beginPath();
  for (let i = 0; i <= 40; i++) {
    const t = start + (i / 40) * 6.9;
    const wobble = 1 + 0.05 * Math.sin(3 * t + start) + i * 0.002;
    g.lineTo(x + rx * wobble * Math.cos(t), y + ry * wobble * Math.sin(t));
  }
  g.stroke();
}

function tick({ g, random, sheet }: Page): void {
  const text = pick(random, sheet.texts);
  pen(g, random);
  const size = random.between(14, 30);
  const x = Math.min(text.x + text.width + random.between(2, 14), sheet.width - size);
  const y = text.y + text.height / 2;
  g.beginPath();
  g.moveTo(x, y);
  g.lineTo(x + size * 0.3, y + size * 0.4);
  g.quadraticCurveTo(x + size * 0.5, y - size * 0.2, x + size, y - size * 0.8);
  g.stroke();
}

function pen(g: Context, random: RandomStream): void {
  g.strokeStyle = pick(random, PEN_INKS);
  g.lineWidth = random.between(1.2, 2.6);
  g.lineCap = 'round';
  g.lineJoin = 'round';
}

function highlight({ g, random, sheet }: Page): void {
  const text = pick(random, sheet.texts);
  g.save();
  g.globalCompositeOperation = 'multiply';
  g.globalAlpha = 0.85;
  g.fillStyle = pick(random, HIGHLIGHTERS);
  g.fillRect(
    text.x - random.between(2, 20),
    text.y - random.between(0, 4),
    text.width + random.between(6, 40),
    text.height + random.between(0, 8),
  );
  g.restore();
}

/** Filed once: a punched hole near an edge, black as the scanner's lid or dark as the table. */
function hole({ g, random, sheet, size }: Page, spoilt: Set<TextMark>): void {
  const x = random.between(18, 30);
  const y = random.between(0.2, 0.8) * size.height;
  const radius = random.between(9, 13);
  g.fillStyle = random.chance(0.7) ? '#111' : '#777';
  circle(g, x, y, radius, 'fill');
  for (const text of textsAt(sheet, x, y, radius, radius)) spoilt.add(text);
}

/** The texts that a box touches, given its middle and how far it reaches to either side. */
function textsAt(sheet: Sheet, x: number, y: number, reachX: number, reachY: number): TextMark[] {
  const box = { minX: x - reachX, minY: y - reachY, maxX: x + reachX, maxY: y + reachY };
  return sheet.texts.filter((text) => boxesOverlap(boundingBox(cornersOf(text)), box));
}

/** Rubbed print: a text becomes a grey smear. */
function smudge({ g, random, sheet }: Page, spoilt: Set<TextMark>): void {
  const text = pick(random, sheet.texts);
  g.save();
  g.beginPath();
  g.rect(text.x, text.y, text.width, text.height);
  g.clip();
  g.fillStyle = grey(255, 0.6);
  g.fillRect(text.x, text.y, text.width, text.height);
  for (let i = whole(random, 5, 9); i > 0; i--) {
    g.strokeStyle = `rgba(70,70,78,${random.between(0.1, 0.35)})`;
    g.lineWidth = random.between(2, text.height * 0.5);
    const y = text.y + random.uniform() * text.height;
    g.beginPath();
    g.moveTo(text.x + random.between(-0.1, 0.4) * text.width, y);
    g.lineTo(text.x + random.between(0.6, 1.1) * text.width, y + random.between(-3, 3));
    g.stroke();
  }
  g.restore();
  spoilt.add(text);
}
