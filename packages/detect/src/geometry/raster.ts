/** Filling polygons into pixel maps. */
import { isUsable, type Polygon } from './polygon.js';

/**
 * Called for each run of pixels of row `y` inside a polygon: x in [start, end). Runs of one row do not overlap.
 */
export type RunVisitor = (y: number, start: number, end: number) => void;

/**
 * Sets `out[y * width + x] = value` for each pixel whose centre (x + 0.5, y + 0.5) lies inside a polygon, by the non-zero
 * rule: a self-crossing polygon is filled wherever its outline winds round. What lies outside the map is left out; an
 * unusable polygon (see `isUsable`) fills nothing. Several polygons are filled one by one, so overlaps are filled too.
 *
 * @param out uint8 [height, width]
 */
export function rasterize(
  polygons: Polygon | readonly Polygon[],
  width: number,
  height: number,
  out: Uint8Array,
  value: number,
): void {
  if (polygons.length === 0) return;
  const list = typeof polygons[0][0] === 'number' ? [polygons as Polygon] : (polygons as readonly Polygon[]);
  for (const polygon of list) {
    visitRuns(polygon, width, height, (y, start, end) => out.fill(value, y * width + start, y * width + end));
  }
}

/** Visits the pixels that `rasterize` would set, row by row from the top, as runs. */
export function visitRuns(polygon: Polygon, width: number, height: number, visit: RunVisitor): void {
  if (!isUsable(polygon)) return;
  const n = polygon.length;
  let top = Number.POSITIVE_INFINITY;
  let bottom = Number.NEGATIVE_INFINITY;
  for (const [, y] of polygon) {
    if (y < top) top = y;
    if (y > bottom) bottom = y;
  }
  const firstRow = Math.max(0, Math.ceil(top - 0.5));
  const lastRow = Math.min(height - 1, Math.ceil(bottom - 0.5) - 1);
  const crossings: number[] = [];
  const directions: number[] = [];
  for (let row = firstRow; row <= lastRow; row++) {
    const y = row + 0.5;
    crossings.length = 0;
    directions.length = 0;
    for (let i = 0, j = n - 1; i < n; j = i++) {
      const [ax, ay] = polygon[j];
      const [bx, by] = polygon[i];
      // Half open, so that a vertex exactly on the row counts once.
      if (ay <= y === by <= y) continue;
      const x = ax + ((y - ay) / (by - ay)) * (bx - ax);
      let place = crossings.length;
      while (place > 0 && crossings[place - 1] > x) place--;
      crossings.splice(place, 0, x);
      directions.splice(place, 0, by > ay ? 1 : -1);
    }
    let winding = 0;
    for (let k = 0; k + 1 < crossings.length; k++) {
      winding += directions[k];
      if (winding === 0) continue;
      const start = Math.max(0, Math.ceil(crossings[k] - 0.5));
      const end = Math.min(width, Math.ceil(crossings[k + 1] - 0.5));
      if (start < end) visit(row, start, end);
    }
  }
}
