/** Emblems without letters: what a detector must learn to leave alone. */
import { type Context, circle, trace } from './paint.js';
import type { Shape } from './shapes.js';

/** Draws into the unit square, one unit of line width being the whole square; fill and stroke colours are set. */
export type Logo = (g: Context) => void;

const EMBLEMS: Record<string, Logo> = {
  rings: (g) => {
    g.lineWidth = 0.07;
    for (const x of [0.34, 0.66]) circle(g, x, 0.5, 0.26, 'stroke');
  },
  leaf: (g) => {
    g.beginPath();
    g.moveTo(0.08, 0.92);
    g.bezierCurveTo(0.0, 0.3, 0.4, 0.05, 0.95, 0.05);
    g.bezierCurveTo(0.98, 0.6, 0.65, 0.98, 0.08, 0.92);
    g.fill();
  },
  star: (g) => {
    g.beginPath();
    for (let i = 0; i < 10; i++) {
      const r = i % 2 === 0 ? 0.48 : 0.2;
      g.lineTo(0.5 + r * Math.sin((i * Math.PI) / 5), 0.5 - r * Math.cos((i * Math.PI) / 5));
    }
    g.fill();
  },
  mountain: (g) => {
    trace(g, [0.02, 0.9, 0.36, 0.22, 0.52, 0.55, 0.66, 0.36, 0.98, 0.9]);
    g.fill();
    circle(g, 0.78, 0.2, 0.1, 'fill');
  },
  cart: (g) => {
    g.lineWidth = 0.08;
    trace(g, [0.03, 0.15, 0.2, 0.15, 0.34, 0.66, 0.84, 0.66, 0.95, 0.3, 0.24, 0.3]);
    g.stroke();
    for (const x of [0.42, 0.78]) circle(g, x, 0.84, 0.08, 'fill');
  },
  cup: (g) => {
    g.lineWidth = 0.07;
    trace(g, [0.15, 0.35, 0.7, 0.35, 0.62, 0.85, 0.23, 0.85]);
    g.fill();
    circle(g, 0.74, 0.52, 0.14, 'stroke');
    for (const x of [0.3, 0.46]) {
      g.beginPath();
      g.moveTo(x, 0.27);
      g.bezierCurveTo(x - 0.1, 0.18, x + 0.12, 0.14, x, 0.03);
      g.stroke();
    }
  },
  drop: (g) => {
    g.beginPath();
    g.moveTo(0.5, 0.02);
    g.bezierCurveTo(0.62, 0.3, 0.86, 0.45, 0.82, 0.68);
    g.bezierCurveTo(0.76, 1.06, 0.24, 1.06, 0.18, 0.68);
    g.bezierCurveTo(0.14, 0.45, 0.38, 0.3, 0.5, 0.02);
    g.fill();
  },
  blocks: (g) => {
    for (let i = 0; i < 4; i++) g.fillRect(0.08 + i * 0.22, 0.75 - i * 0.2, 0.17, 0.2 + i * 0.2);
  },
  sun: (g) => {
    circle(g, 0.5, 0.5, 0.22, 'fill');
    g.lineWidth = 0.06;
    for (let i = 0; i < 12; i++) {
      const [s, c] = [Math.sin((i * Math.PI) / 6), Math.cos((i * Math.PI) / 6)];
      trace(g, [0.5 + 0.3 * s, 0.5 + 0.3 * c, 0.5 + 0.46 * s, 0.5 + 0.46 * c]);
      g.stroke();
    }
  },
  diamond: (g) => {
    trace(g, [0.5, 0.02, 0.98, 0.5, 0.5, 0.98, 0.02, 0.5]);
    g.fill();
    g.globalCompositeOperation = 'destination-out';
    circle(g, 0.5, 0.5, 0.17, 'fill');
    g.globalCompositeOperation = 'source-over';
  },
};

export const LOGOS: readonly Logo[] = Object.values(EMBLEMS);

/** An emblem `size` points wide with its top left corner at `x, y`. */
export function logo(draw: Logo, x: number, y: number, size: number): Shape {
  return (g) => {
    g.save();
    g.translate(x, y);
    g.scale(size, size);
    draw(g);
    g.restore();
  };
}
