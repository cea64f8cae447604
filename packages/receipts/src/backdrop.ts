/** What lies behind the paper: a scanner's bed, a desk, wood, cloth, stone. Drawn at half size; it is out of focus anyway. */
import { type Canvas, createCanvas } from '@napi-rs/canvas';
import type { Point } from 'inkstone-detect/geometry';
import type { RandomStream } from 'inkstone-detect/random';
import { pick, whole } from './chance.js';
import { type Context, circle, cover, glow, grey, trace, withStops } from './paint.js';

export const BACKDROP_REDUCTION = 2;

const WOODS = ['#8a5f3c', '#b58a5e', '#5e3f29', '#c9a77c', '#75533a', '#3f2c20'];
const DESKS = ['#d9d6cf', '#a7a9ab', '#53575c', '#e7e2d6', '#7f868c', '#2e3136', '#c3b9a5'];
const CLOTHS = ['#26282e', '#30343f', '#3a2a2a', '#1f2b2a', '#474a52', '#54402f'];
const STONES = ['#b9b4aa', '#8d8b88', '#6b6a6c', '#d4d0c8'];

/** @param outline the paper's edge in image pixels, for its shadow */
export function drawBackdrop(
  random: RandomStream,
  surface: Surface,
  width: number,
  height: number,
  outline: readonly Point[],
): Canvas {
  const canvas = createCanvas(
    Math.ceil(width / BACKDROP_REDUCTION) + 1,
    Math.ceil(height / BACKDROP_REDUCTION) + 1,
  );
  const g = canvas.getContext('2d');
  g.scale(1 / BACKDROP_REDUCTION, 1 / BACKDROP_REDUCTION);
  SURFACES[surface](g, random, width, height);
  if (surface !== 'bed' && surface !== 'darkBed') {
    if (random.chance(0.22)) clutter(g, random, width, height);
    shadow(g, random, outline, random.between(4, 22), 0.55);
  } else if (surface === 'bed') shadow(g, random, outline, random.between(2, 8), 0.28);
  return canvas;
}

type Draw = (g: Context, random: RandomStream, width: number, height: number) => void;

const SURFACES = {
  bed(g, random, width, height) {
    cover(g, width, height, grey(whole(random, 236, 255)));
    if (random.chance(0.2)) {
      const gradient = g.createLinearGradient(0, 0, width * random.between(0.08, 0.2), 0);
      cover(g, width, height, withStops(gradient, [0, grey(20, 0.7)], [1, grey(20, 0)]));
    }
  },
  darkBed(g, random, width, height) {
    const level = whole(random, 4, 40);
    cover(g, width, height, `rgb(${level},${level},${level + 3})`);
  },
  desk(g, random, width, height) {
    cover(g, width, height, pick(random, DESKS));
    blobs(g, random, width, height, 14, 0.05);
  },
  wood(g, random, width, height) {
    cover(g, width, height, pick(random, WOODS));
    g.save();
    const isUpright = random.chance(0.5);
    if (isUpright) {
      g.translate(width, 0);
      g.rotate(Math.PI / 2);
    }
    const [long, wide] = isUpright ? [height, width] : [width, height];
    for (let y = -10; y < wide + 10; y += random.between(1.5, 5)) {
      g.strokeStyle = random.chance(0.6)
        ? `rgba(40,22,10,${random.between(0.03, 0.22)})`
        : `rgba(255,225,185,${random.between(0.02, 0.1)})`;
      g.lineWidth = random.between(0.8, 3.2);
      g.beginPath();
      g.moveTo(0, y);
      const [y1, y2] = [y + random.between(-14, 14), y + random.between(-14, 14)];
      g.bezierCurveTo(long * 0.3, y1, long * 0.7, y2, long, y + random.between(-6, 6));
      g.stroke();
    }
    if (random.chance(0.5)) {
      const pitch = random.between(90, 260);
      g.fillStyle = 'rgba(20,10,5,0.6)';
      for (let y = random.between(0, pitch); y < wide; y += pitch)
        g.fillRect(0, y, long, random.between(1.5, 3));
    }
    g.restore();
  },
  cloth(g, random, width, height) {
    cover(g, width, height, pick(random, CLOTHS));
    const pitch = random.between(3, 6);
    g.lineWidth = pitch * 0.4;
    for (const [color, isAcross] of [
      [grey(255, 0.07), true],
      [grey(0, 0.2), false],
    ] as const) {
      g.strokeStyle = color;
      g.beginPath();
      for (let at = 0; at < (isAcross ? height : width); at += pitch) {
        g.moveTo(isAcross ? 0 : at, isAcross ? at : 0);
        g.lineTo(isAcross ? width : at, isAcross ? at : height);
      }
      g.stroke();
    }
    blobs(g, random, width, height, 6, 0.12);
  },
  stone(g, random, width, height) {
    cover(g, width, height, pick(random, STONES));
    blobs(g, random, width, height, 22, 0.07);
    for (let i = 0; i < 350; i++) {
      g.fillStyle = grey(random.chance(0.5) ? 30 : 235, random.between(0.05, 0.35));
      const side = random.between(1, 4);
      g.fillRect(random.between(0, width), random.between(0, height), side, side);
    }
  },
} satisfies Record<string, Draw>;

export type Surface = keyof typeof SURFACES;

/** Soft lighter and darker patches. */
function blobs(
  g: Context,
  random: RandomStream,
  width: number,
  height: number,
  count: number,
  strength: number,
): void {
  for (let i = 0; i < count; i++) {
    const x = random.between(0, width);
    const y = random.between(0, height);
    const radius = random.between(0.1, 0.45) * width;
    const tone = random.chance(0.5) ? 0 : 255;
    const alpha = random.between(0.3, 1) * strength;
    glow(g, [x, y, 0, radius], [0, grey(tone, alpha)], [1, grey(tone, 0)]);
  }
}

/** Something at the picture's edge: a pen, a coin, the corner of a device. */
function clutter(g: Context, random: RandomStream, width: number, height: number): void {
  g.save();
  g.translate(
    random.chance(0.5) ? random.between(-10, 20) : width + random.between(-20, 10),
    random.between(0.1, 0.9) * height,
  );
  g.rotate(random.between(0, 6));
  g.shadowColor = grey(0, 0.6);
  g.shadowBlur = 8;
  const thing = pick(random, ['pen', 'coin', 'device'] as const);
  if (thing === 'pen') {
    g.fillStyle = pick(random, ['#1b2f6f', '#222', '#b3262b', '#cfd2d6']);
    g.fillRect(-120, -6, 240, 12);
    g.fillStyle = '#c9ccd1';
    g.fillRect(95, -4, 40, 8);
  } else if (thing === 'coin') {
    g.fillStyle = pick(random, ['#b9a26a', '#b8bcc0', '#a9713f']);
    g.strokeStyle = grey(0, 0.3);
    g.lineWidth = 3;
    circle(g, 0, 0, 26, 'fill');
    g.stroke();
  } else {
    g.fillStyle = pick(random, ['#17181b', '#e4e5e7', '#3c4148']);
    g.fillRect(-70, -140, 140, 280);
  }
  g.restore();
}

function shadow(
  g: Context,
  random: RandomStream,
  outline: readonly Point[],
  blur: number,
  strength: number,
): void {
  g.save();
  g.shadowColor = grey(0, random.between(0.5, 1) * strength);
  g.shadowBlur = blur;
  g.shadowOffsetX = random.between(-0.5, 0.5) * blur;
  g.shadowOffsetY = random.between(0, 0.5) * blur;
  g.fillStyle = grey(0, 0.6);
  trace(g, outline.flat());
  g.fill();
  g.restore();
}
