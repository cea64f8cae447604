/** What people add to a receipt: pen, highlighter, stamps, punched holes. Their words are labelled unreadable. */
import type { SKRSContext2D } from '@napi-rs/canvas';
import type { Point, Polygon } from 'inkstone-detect/geometry';
import type { RandomStream } from 'inkstone-detect/random';
import { pick, whole } from './chance.js';
import { cssFont, HANDWRITTEN, measureText } from './fonts.js';
import type { Sheet, TextMark } from './sheet.js';
import type { PaperSize } from './wear.js';

type Context = SKRSContext2D;

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

export function annotate(
  g: Context,
  random: RandomStream,
  sheet: Sheet,
  size: PaperSize,
  phrases: readonly string[],
  stamps: readonly string[],
  wear: number,
): Annotations {
  const writing: Polygon[] = [];
  const spoilt = new Set<TextMark>();
  if (random.chance(0.25 * wear)) writing.push(...note(g, random, sheet, size, pick(random, phrases)));
  if (random.chance(0.14 * wear)) writing.push(...stamp(g, random, sheet, size, pick(random, stamps)));
  if (random.chance(0.22 * wear)) ring(g, random, sheet);
  if (random.chance(0.16 * wear)) tick(g, random, sheet);
  if (random.chance(0.08 * wear)) highlight(g, random, sheet);
  if (random.chance(0.06 * wear)) hole(g, random, sheet, size, spoilt);
  if (random.chance(0.16 * wear)) smudge(g, random, sheet, spoilt);
  return { writing, spoilt };
}

/** A few words in somebody's hand, where the paper is free. */
function note(g: Context, random: RandomStream, sheet: Sheet, size: PaperSize, text: string): Polygon[] {
  const face = pick(random, HANDWRITTEN);
  const height = random.between(30, 48);
  const m = measureText(text, face);
  const width = (m.right - m.left) * height;
  const region = freeRegion(
    random,
    sheet,
    size,
    width,
    (m.ascent + m.descent) * height,
    random.between(-0.18, 0.1),
  );
  if (!region) return [];
  g.save();
  g.translate(region.center[0], region.center[1]);
  g.rotate(region.angle);
  g.font = cssFont(face, height);
  g.fillStyle = pick(random, PEN_INKS);
  g.strokeStyle = g.fillStyle;
  g.lineWidth = random.between(0.4, 1.2);
  const [x, y] = [-width / 2 - m.left * height, ((m.ascent - m.descent) / 2) * height];
  g.fillText(text, x, y);
  g.strokeText(text, x, y);
  g.restore();
  return [region.corners];
}

/** A rubber stamp, unevenly inked. */
function stamp(g: Context, random: RandomStream, sheet: Sheet, size: PaperSize, text: string): Polygon[] {
  const height = random.between(26, 40);
  const face = pick(random, ['oswald', 'arimo'] as const);
  const m = measureText(text, face, true);
  const width = m.advance * height + 20;
  const region = freeRegion(random, sheet, size, width, height * 1.5, random.between(-0.35, 0.25));
  if (!region) return [];
  g.save();
  g.globalCompositeOperation = 'multiply';
  g.globalAlpha = random.between(0.4, 0.8);
  g.translate(region.center[0], region.center[1]);
  g.rotate(region.angle);
  g.fillStyle = pick(random, STAMP_INKS);
  g.strokeStyle = g.fillStyle;
  g.lineWidth = 2.6;
  g.strokeRect(-width / 2, -height * 0.75, width, height * 1.5);
  g.font = cssFont(face, height, true);
  g.fillText(text, (-m.advance * height) / 2, height * 0.36);
  g.restore();
  return [region.corners];
}

interface Region {
  readonly center: Point;
  readonly angle: number;
  readonly corners: Polygon;
}

/** A turned rectangle on the paper that touches no printed text; undefined when none was found. */
function freeRegion(
  random: RandomStream,
  sheet: Sheet,
  size: PaperSize,
  width: number,
  height: number,
  angle: number,
): Region | undefined {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const reachX = (Math.abs(cos) * width + Math.abs(sin) * height) / 2;
  const reachY = (Math.abs(sin) * width + Math.abs(cos) * height) / 2;
  if (2 * reachX > size.width * 0.92 || 2 * reachY > size.height * 0.9) return undefined;
  for (let i = 0; i < ATTEMPTS; i++) {
    const x = random.between(reachX + 6, size.width - reachX - 6);
    const y = random.between(reachY + 6, size.height - reachY - 6);
    const isFree = sheet.texts.every(
      (text) =>
        text.x > x + reachX ||
        text.x + text.width < x - reachX ||
        text.y > y + reachY ||
        text.y + text.height < y - reachY,
    );
    if (!isFree) continue;
    const corner = (dx: number, dy: number): Point => [
      x + (cos * dx * width - sin * dy * height) / 2,
      y + (sin * dx * width + cos * dy * height) / 2,
    ];
    return { center: [x, y], angle, corners: [corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1)] };
  }
  return undefined;
}

/** A pen's loop round a text, mostly a sum. */
function ring(g: Context, random: RandomStream, sheet: Sheet): void {
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

function tick(g: Context, random: RandomStream, sheet: Sheet): void {
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

function highlight(g: Context, random: RandomStream, sheet: Sheet): void {
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
function hole(g: Context, random: RandomStream, sheet: Sheet, size: PaperSize, spoilt: Set<TextMark>): void {
  const x = random.between(18, 30);
  const y = random.between(0.2, 0.8) * size.height;
  const radius = random.between(9, 13);
  g.fillStyle = random.chance(0.7) ? '#111' : '#777';
  g.beginPath();
  g.arc(x, y, radius, 0, 2 * Math.PI);
  g.fill();
  for (const text of sheet.texts) {
    const isTouched =
      x + radius > text.x &&
      x - radius < text.x + text.width &&
      y + radius > text.y &&
      y - radius < text.y + text.height;
    if (isTouched) spoilt.add(text);
  }
}

/** Rubbed print: a text becomes a grey smear. */
function smudge(g: Context, random: RandomStream, sheet: Sheet, spoilt: Set<TextMark>): void {
  const text = pick(random, sheet.texts);
  g.save();
  g.beginPath();
  g.rect(text.x, text.y, text.width, text.height);
  g.clip();
  g.fillStyle = 'rgba(255,255,255,0.6)';
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
