/** Convex hull and smallest enclosing rectangle of a set of points. */
import { COORDINATE_LIMIT, type Point, type Polygon, side } from './polygon.js';

export interface RotatedRect {
  readonly center: Point;
  /** `width` along the edge from the top left to the top right corner, `height` across it; pixels. */
  readonly size: { readonly width: number; readonly height: number };
  /** Direction of the top edge in radians, in (−π/4, π/4]; positive turns clockwise on the screen. */
  readonly angle: number;
  /** Top left, top right, bottom right, bottom left: clockwise on the screen. */
  readonly corners: Polygon;
}

/**
 * Convex hull, clockwise on the screen, without points on straight runs (Andrew's monotone chain). Fewer than three
 * points come back when all points lie on one line. Points that are not finite or beyond `COORDINATE_LIMIT` are left out.
 */
export function convexHull(points: Polygon): Polygon {
  const sorted = points
    .filter(([x, y]) => Math.abs(x) <= COORDINATE_LIMIT && Math.abs(y) <= COORDINATE_LIMIT)
    .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const distinct = sorted.filter((p, i) => i === 0 || p[0] !== sorted[i - 1][0] || p[1] !== sorted[i - 1][1]);
  if (distinct.length < 3) return distinct;
  const upper = halfHull(distinct);
  const lower = halfHull(distinct.reverse());
  return [...upper.slice(0, -1), ...lower.slice(0, -1)];
}

function halfHull(ordered: readonly Point[]): Point[] {
  const chain: Point[] = [];
  for (const p of ordered) {
    while (chain.length > 1 && side(chain[chain.length - 2], chain[chain.length - 1], p) <= 0) chain.pop();
    chain.push(p);
  }
  return chain;
}

/**
 * Rectangle of smallest area around the points (one of its sides lies on an edge of the hull). Points on one line give
 * a rectangle of zero height; no usable point gives undefined.
 */
export function minAreaRect(points: Polygon): RotatedRect | undefined {
  const hull = convexHull(points);
  if (hull.length === 0) return undefined;
  if (hull.length === 1) return rectangleOf(spanAlong(hull, 1, 0));
  let best: Span | undefined;
  for (let i = 0; i < hull.length; i++) {
    const a = hull[i];
    const b = hull[(i + 1) % hull.length];
    const length = Math.hypot(b[0] - a[0], b[1] - a[1]);
    const span = spanAlong(hull, (b[0] - a[0]) / length, (b[1] - a[1]) / length);
    if (!best || spanArea(span) < spanArea(best)) best = span;
  }
  return best && rectangleOf(best);
}

/** The rectangle with each side moved out by `distance` pixels: what `minAreaRect` finds round the rectangle's offset. */
export function growRect({ center, size, angle }: RotatedRect, distance: number): RotatedRect {
  const width = size.width + 2 * distance;
  const height = size.height + 2 * distance;
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const corner = (u: number, v: number): Point => [
    center[0] + u * width * c - v * height * s,
    center[1] + u * width * s + v * height * c,
  ];
  return {
    center,
    size: { width, height },
    angle,
    corners: [corner(-0.5, -0.5), corner(0.5, -0.5), corner(0.5, 0.5), corner(-0.5, 0.5)],
  };
}

/** How far points reach along and across the unit direction (dx, dy): u = x·dx + y·dy, v = y·dx − x·dy. */
interface Span {
  readonly dx: number;
  readonly dy: number;
  readonly minU: number;
  readonly maxU: number;
  readonly minV: number;
  readonly maxV: number;
}

/** Along the unit direction (ux, uy), turned by quarters until it points to the right, within 45 degrees: the top edge does. */
function spanAlong(points: Polygon, ux: number, uy: number): Span {
  let dx = ux;
  let dy = uy;
  while (!(dx > 0 && dy <= dx && dy > -dx)) [dx, dy] = [-dy, dx];
  let minU = Number.POSITIVE_INFINITY;
  let maxU = Number.NEGATIVE_INFINITY;
  let minV = Number.POSITIVE_INFINITY;
  let maxV = Number.NEGATIVE_INFINITY;
  for (const [x, y] of points) {
    const u = x * dx + y * dy;
    const v = y * dx - x * dy;
    if (u < minU) minU = u;
    if (u > maxU) maxU = u;
    if (v < minV) minV = v;
    if (v > maxV) maxV = v;
  }
  return { dx, dy, minU, maxU, minV, maxV };
}

function spanArea({ minU, maxU, minV, maxV }: Span): number {
  return (maxU - minU) * (maxV - minV);
}

function rectangleOf({ dx, dy, minU, maxU, minV, maxV }: Span): RotatedRect {
  const at = (u: number, v: number): Point => [u * dx - v * dy, u * dy + v * dx];
  return {
    center: at((minU + maxU) / 2, (minV + maxV) / 2),
    size: { width: maxU - minU, height: maxV - minV },
    angle: Math.atan2(dy, dx),
    corners: [at(minU, minV), at(maxU, minV), at(maxU, maxV), at(minU, maxV)],
  };
}
