/** Strokes and colours that all drawing here is made of. */
import type { SKRSContext2D } from '@napi-rs/canvas';

export type Context = SKRSContext2D;

/** Begins a path along the points `x, y, x, y…`; it is left open. */
export function trace(g: Context, coordinates: readonly number[]): void {
  g.beginPath();
  // A path that begins with lineTo gets a line of no length first, and its dashes come out otherwise.
  g.moveTo(coordinates[0], coordinates[1]);
  for (let i = 2; i < coordinates.length; i += 2) g.lineTo(coordinates[i], coordinates[i + 1]);
}

export function circle(g: Context, x: number, y: number, radius: number, how: 'fill' | 'stroke'): void {
  g.beginPath();
  g.arc(x, y, radius, 0, 2 * Math.PI);
  g[how]();
}

/** @param level 0 black to 255 white */
export function grey(level: number, alpha = 1): string {
  return `rgba(${level},${level},${level},${alpha})`;
}

/** Covers a rectangle at the origin: the whole paper or picture. */
export function cover(g: Context, width: number, height: number, style: Context['fillStyle']): void {
  g.fillStyle = style;
  g.fillRect(0, 0, width, height);
}

type Gradient = ReturnType<Context['createLinearGradient']>;

export function withStops(gradient: Gradient, ...stops: [at: number, colour: string][]): Gradient {
  for (const [at, colour] of stops) gradient.addColorStop(at, colour);
  return gradient;
}

/** Colours from the middle of a disc to its rim; the first reaches as far as `inner`. */
export function glow(
  g: Context,
  [x, y, inner, outer]: readonly [x: number, y: number, inner: number, outer: number],
  ...stops: [at: number, colour: string][]
): void {
  g.fillStyle = withStops(g.createRadialGradient(x, y, inner, x, y, outer), ...stops);
  g.fillRect(x - outer, y - outer, 2 * outer, 2 * outer);
}
