/**
 * Points and polygons in the image plane: x to the right, y down, in pixels.
 *
 * Coordinates are continuous: pixel (i, j) covers [i, i+1) × [j, j+1) and its centre is (i + 0.5, j + 0.5). A polygon
 * therefore scales with its image by plain multiplication. No function here changes its argument.
 *
 * Broken polygons are met on purpose, not by accident: `isUsable` says whether a polygon can be computed with at all
 * (three points or more, finite coordinates within ±COORDINATE_LIMIT). Functions that return regions give an empty
 * result for an unusable polygon; functions that measure give 0.
 */

export type Point = readonly [x: number, y: number];

/** At least three points for anything with an area; the last point is joined to the first. */
export type Polygon = readonly Point[];

export interface BoundingBox {
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;
}

/**
 * Coordinates beyond this are a mistake in the data, not an image: the largest image that is accepted anywhere has sides
 * of some ten thousand pixels, and beyond 2^53 / 1000² boolean operations on fixed-point coordinates lose their exactness.
 */
export const COORDINATE_LIMIT = 1e6;

/** True when the polygon has at least three points and all coordinates are finite and within ±`COORDINATE_LIMIT`. */
export function isUsable(polygon: Polygon): boolean {
  if (polygon.length < 3) return false;
  for (let i = 0; i < polygon.length; i++) {
    const point = polygon[i];
    // Written so that NaN fails.
    if (!(Math.abs(point[0]) <= COORDINATE_LIMIT && Math.abs(point[1]) <= COORDINATE_LIMIT)) return false;
  }
  return true;
}

/** Shoelace area in pixels², positive when the points run clockwise as seen on the screen (y down). */
export function signedArea(polygon: Polygon): number {
  const n = polygon.length;
  if (n < 3) return 0;
  // Relative to the first point, so that far-away polygons do not cancel.
  const [ox, oy] = polygon[0];
  let twice = 0;
  for (let i = 1; i + 1 < n; i++) {
    const a = polygon[i];
    const b = polygon[i + 1];
    twice += (a[0] - ox) * (b[1] - oy) - (b[0] - ox) * (a[1] - oy);
  }
  return twice / 2;
}

/** |signedArea|. A self-crossing polygon's lobes cancel here; `coveredArea` counts what it covers. */
export function area(polygon: Polygon): number {
  return Math.abs(signedArea(polygon));
}

/** Length of the closed outline in pixels. */
export function perimeter(polygon: Polygon): number {
  let sum = 0;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++)
    sum += distance(polygon[j], polygon[i]);
  return sum;
}

export function distance(a: Point, b: Point): number {
  const dx = a[0] - b[0];
  const dy = a[1] - b[1];
  return Math.sqrt(dx * dx + dy * dy);
}

/** Smallest axis-parallel box around the points. An empty polygon gives the box that overlaps nothing. */
export function boundingBox(polygon: Polygon): BoundingBox {
  let minX = Number.POSITIVE_INFINITY;
  let minY = Number.POSITIVE_INFINITY;
  let maxX = Number.NEGATIVE_INFINITY;
  let maxY = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < polygon.length; i++) {
    const point = polygon[i];
    minX = Math.min(minX, point[0]);
    maxX = Math.max(maxX, point[0]);
    minY = Math.min(minY, point[1]);
    maxY = Math.max(maxY, point[1]);
  }
  return { minX, minY, maxX, maxY };
}

/** True when the boxes share an area (touching edges do not count). */
export function boxesOverlap(a: BoundingBox, b: BoundingBox): boolean {
  return a.minX < b.maxX && b.minX < a.maxX && a.minY < b.maxY && b.minY < a.maxY;
}

/** Coordinates in a row: x, y, x, y, … For what is asked millions of times. */
export function toRow(polygon: Polygon): Float64Array {
  return Float64Array.from(polygon.flat());
}

/**
 * True when (x, y) lies inside the outline (see `toRow`) by the non-zero rule. A point exactly on the outline belongs to it on
 * its left and upper side only, so that tiles that share an edge share no point.
 */
export function contains(outline: Float64Array, x: number, y: number): boolean {
  const n = outline.length;
  let winding = 0;
  let ax = outline[n - 2];
  let ay = outline[n - 1];
  for (let at = 0; at < n; at += 2) {
    const bx = outline[at];
    const by = outline[at + 1];
    if (ay <= y !== by <= y) {
      const crossing = ax + ((y - ay) / (by - ay)) * (bx - ax);
      if (crossing <= x) winding += by > ay ? 1 : -1;
    }
    ax = bx;
    ay = by;
  }
  return winding !== 0;
}

/** True when two edges cross at a point inside both. Edges that merely touch do not count. */
export function isSelfIntersecting(polygon: Polygon): boolean {
  const n = polygon.length;
  for (let i = 0; i < n; i++) {
    for (let j = i + 2; j < n; j++) {
      if (i === 0 && j === n - 1) continue;
      if (edgesCross(polygon[i], polygon[i + 1], polygon[j], polygon[(j + 1) % n])) return true;
    }
  }
  return false;
}

/** True when the outline always turns the same way and goes round once. Straight runs are allowed. */
export function isConvex(polygon: Polygon): boolean {
  const n = polygon.length;
  let turn = 0;
  let horizontalFlips = 0;
  let previousSign = 0;
  for (let i = 0; i < n; i++) {
    const a = polygon[i];
    const b = polygon[(i + 1) % n];
    const cross = side(a, b, polygon[(i + 2) % n]);
    if (cross !== 0) {
      if (turn !== 0 && cross > 0 !== turn > 0) return false;
      turn = cross;
    }
    // A spiral (pentagram) also turns one way only, but its edges change their horizontal direction more than twice.
    const sign = Math.sign(b[0] - a[0]);
    if (sign !== 0) {
      if (previousSign !== 0 && sign !== previousSign) horizontalFlips++;
      previousSign = sign;
    }
  }
  return turn !== 0 && horizontalFlips <= 2;
}

/** Twice the signed area of the triangle: positive when `c` lies clockwise of a→b on the screen. */
export function side(a: Point, b: Point, c: Point): number {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}

function edgesCross(a: Point, b: Point, c: Point, d: Point): boolean {
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
}
