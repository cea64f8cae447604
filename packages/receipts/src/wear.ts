/** What happens to a receipt between the printer and the picture: fading, folds, crumples, stains, torn edges. */
import { type Canvas, createCanvas } from '@napi-rs/canvas';
import type { RandomStream } from 'inkstone-detect/random';
import { pick, whole } from './chance.js';
import { type Context, cover, glow, grey, trace, withStops } from './paint.js';

/** Size of the paper in points. */
export interface PaperSize {
  readonly width: number;
  readonly height: number;
}

const PAPER_TINTS = [
  '#ffffff',
  '#fdfdfb',
  '#faf9f5',
  '#f8f6ee',
  '#f6f6f8',
  '#f3efe4',
  '#fbeff1',
  '#f2f6fa',
  '#fdf6d8',
];
/** Size of a cell of the crumple pattern, points. */
const FACET = 70;
/** Crumples are drawn this much smaller and enlarged: that makes their edges soft. */
const CRUMPLE_REDUCTION = 14;

/** Traces the paper's edge: straight sides, a cut like a saw or a tear at the ends, sometimes a missing corner. */
export function paperOutline(
  g: Context,
  random: RandomStream,
  { width, height }: PaperSize,
  wear: number,
  safeTop: number,
  safeBottom: number,
): void {
  const ends = (room: number) => ({
    kind: pick(random, ['straight', 'straight', 'saw', 'tear'] as const),
    depth: Math.min(room * 0.5, 12) * wear,
  });
  const top = ends(safeTop);
  const bottom = ends(height - safeBottom);
  const corner = random.chance(0.12 * wear) ? Math.min(width * 0.3, (height - safeBottom) * 1.1) : 0;
  const isTorn = corner > 10;
  g.beginPath();
  end(g, random, top, 0, width, 0, 1);
  if (isTorn) {
    g.lineTo(width, height - corner * random.between(0.5, 0.9));
    g.lineTo(width - corner * random.between(0.3, 0.6), height - corner * 0.3);
    g.lineTo(width - corner, height);
  }
  end(g, random, bottom, isTorn ? width - corner : width, 0, height, -1);
  g.closePath();
}

function end(
  g: Context,
  random: RandomStream,
  { kind, depth }: { kind: string; depth: number },
  from: number,
  to: number,
  y: number,
  inward: 1 | -1,
): void {
  const step = kind === 'saw' ? 7 : 11;
  const count = Math.max(1, Math.round(Math.abs(to - from) / step));
  let drift = 0;
  for (let i = 0; i <= count; i++) {
    drift = Math.max(0, Math.min(1, drift + random.between(-0.22, 0.22)));
    const dip = kind === 'straight' ? 0 : kind === 'saw' ? (i % 2) * 3.5 : depth * drift;
    g.lineTo(from + ((to - from) * i) / count, y + inward * dip);
  }
}

/** Thermal paper fades in blotches; heads leave white streaks; ribbons run dry from one side. */
export function fade(g: Context, random: RandomStream, { width, height }: PaperSize, wear: number): void {
  const even = random.chance(0.3) ? random.between(0.1, 0.5) * wear : 0;
  if (even > 0) cover(g, width, height, white(even));
  if (random.chance(0.4)) {
    const isAcross = random.chance(0.5);
    const gradient = isAcross
      ? g.createLinearGradient(0, 0, width, 0)
      : g.createLinearGradient(0, 0, 0, height);
    const strong = random.between(0.15, 0.5) * wear;
    const from = random.chance(0.5) ? 1 : 0;
    cover(g, width, height, withStops(gradient, [from, white(strong)], [random.between(0.3, 0.7), white(0)]));
  }
  const blotches = random.chance(0.5) ? whole(random, 1, 5) : 0;
  for (let i = 0; i < blotches; i++) {
    const x = random.between(0, width);
    const y = random.between(0, height);
    const radius = random.between(40, 160);
    const strong = white(random.between(0.15, 0.5) * wear);
    glow(g, [x, y, radius * 0.1, radius], [0, strong], [1, white(0)]);
  }
  if (random.chance(0.22 * wear)) {
    for (let i = whole(random, 1, 3); i > 0; i--) {
      g.fillStyle = white(random.between(0.4, 0.85));
      g.fillRect(random.between(0, width), 0, random.between(0.8, 2), height);
    }
  }
}

/** Gaps between a needle printer's rows of dots. */
export function needleGaps(g: Context, { width, height }: PaperSize, size: number): void {
  const pitch = size / 9;
  g.fillStyle = white(0.45);
  for (let y = 0; y < height; y += pitch) g.fillRect(0, y, width, pitch * 0.34);
}

/** Tint, crumples, folds, stains. To be drawn with the canvas clipped to the paper. */
export function age(g: Context, random: RandomStream, size: PaperSize, wear: number): void {
  const { width, height } = size;
  g.globalCompositeOperation = 'multiply';
  cover(g, width, height, random.chance(0.55) ? '#ffffff' : pick(random, PAPER_TINTS));
  if (random.chance(0.65)) {
    const depth = random.chance(0.25) ? random.between(30, 62) : random.between(8, 28);
    g.drawImage(crumples(random, size, depth * wear), 0, 0, width, height);
  }
  const folds = random.chance(0.5) ? whole(random, 1, 3) : 0;
  for (let i = 0; i < folds; i++) fold(g, random, size, wear);
  if (random.chance(0.16 * wear)) stain(g, random, size);
  if (random.chance(0.3 * wear)) specks(g, random, size);
  g.globalCompositeOperation = 'source-over';
}

/** Facets of slightly different shade, as crushed paper shows them under a lamp from one side. */
function crumples(random: RandomStream, { width, height }: PaperSize, depth: number): Canvas {
  const facet = FACET * random.between(0.6, 1.8);
  const columns = Math.ceil(width / facet) + 1;
  const rows = Math.ceil(height / facet) + 1;
  const canvas = createCanvas(Math.ceil(width / CRUMPLE_REDUCTION), Math.ceil(height / CRUMPLE_REDUCTION));
  const g = canvas.getContext('2d');
  g.scale(1 / CRUMPLE_REDUCTION, 1 / CRUMPLE_REDUCTION);
  cover(g, width, height, '#fff');
  const corner: [number, number, number][][] = Array.from({ length: rows + 1 }, (_, r) =>
    Array.from({ length: columns + 1 }, (_, c) => [
      (c - 0.5 + random.between(-0.45, 0.45)) * facet,
      (r - 0.5 + random.between(-0.45, 0.45)) * facet,
      random.uniform(),
    ]),
  );
  const light = random.between(-0.5, 0.5);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const [a, b, d, e] = [corner[r][c], corner[r][c + 1], corner[r + 1][c], corner[r + 1][c + 1]];
      // The square a b e d, cut along one diagonal or the other.
      const [first, second] = random.chance(0.5) ? [e, a] : [d, b];
      for (const [p, q, s] of [
        [a, b, first],
        [second, e, d],
      ]) {
        const slope = (q[2] - p[2]) * (0.5 + light) + (s[2] - p[2]) * (0.5 - light);
        g.fillStyle = grey(Math.round(255 - depth * Math.max(0, 0.5 + 0.6 * slope)));
        g.strokeStyle = g.fillStyle;
        trace(g, [p[0], p[1], q[0], q[1], s[0], s[1]]);
        g.closePath();
        g.fill();
        g.stroke();
      }
    }
  }
  return canvas;
}

/** A crease right across: one flank in shade, a thin dark line, sometimes ink broken off along it. */
function fold(g: Context, random: RandomStream, { width, height }: PaperSize, wear: number): void {
  const isUpright = random.chance(0.25);
  const length = isUpright ? height : width;
  const at = random.between(0.15, 0.85) * (isUpright ? width : height);
  g.save();
  g.translate(isUpright ? at : 0, isUpright ? 0 : at);
  g.rotate((isUpright ? Math.PI / 2 : 0) + random.between(-0.03, 0.03));
  const reach = random.between(15, 90);
  const shade = Math.round(255 - random.between(10, 38) * wear);
  const side = random.chance(0.5) ? 1 : -1;
  g.fillStyle = withStops(g.createLinearGradient(0, 0, 0, side * reach), [0, grey(shade)], [1, '#ffffff']);
  g.fillRect(-length * 0.1, side > 0 ? 0 : -reach, length * 1.2, reach);
  g.strokeStyle = `rgba(90,88,84,${random.between(0.12, 0.42) * wear})`;
  g.lineWidth = random.between(0.6, 1.6);
  g.beginPath();
  g.moveTo(-length * 0.1, 0);
  for (let i = 0; i <= 8; i++) g.lineTo((length * i) / 8, random.between(-0.8, 0.8));
  g.lineTo(length * 1.1, 0);
  g.stroke();
  g.globalCompositeOperation = 'source-over';
  g.strokeStyle = white(random.between(0.2, 0.6) * wear);
  g.lineWidth = random.between(0.5, 1.3);
  g.translate(0, -side * 1.4);
  g.stroke();
  g.restore();
}

/** Ring of a cup or a spot of grease. */
function stain(g: Context, random: RandomStream, { width, height }: PaperSize): void {
  const x = random.between(0, width);
  const y = random.between(0, height);
  const radius = random.between(35, 95);
  if (random.chance(0.5)) {
    for (let i = 0; i < 3; i++) {
      g.strokeStyle = `rgba(140,95,45,${random.between(0.08, 0.22)})`;
      g.lineWidth = random.between(1.5, 6);
      g.beginPath();
      const start = random.between(0, 6);
      g.arc(x, y, radius + random.between(-2, 2), start, start + random.between(2.5, 6.2));
      g.stroke();
    }
  } else {
    g.fillStyle = withStops(
      g.createRadialGradient(x, y, radius * 0.3, x, y, radius * 0.8),
      [0, 'rgba(190,165,110,0.2)'],
      [0.85, 'rgba(180,150,100,0.26)'],
      [1, 'rgba(190,165,110,0)'],
    );
    g.fillRect(x - radius, y - radius, 2 * radius, 2 * radius);
  }
}

/** Dust and toner. */
function specks(g: Context, random: RandomStream, { width, height }: PaperSize): void {
  for (let i = whole(random, 8, 60); i > 0; i--) {
    g.fillStyle = grey(30, random.between(0.2, 0.8));
    const side = random.between(0.5, 2.4);
    g.fillRect(random.between(0, width), random.between(0, height), side, side * random.between(0.5, 1.5));
  }
}

function white(alpha: number): string {
  return grey(255, Number(alpha.toFixed(3)));
}
