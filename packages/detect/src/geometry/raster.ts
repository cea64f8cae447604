/** Filling polygons into pixel maps. */
import { boundingBox, isUsable, type Polygon } from './polygon.js';

/**
 * Visits each pixel of a map whose centre (x + 0.5, y + 0.5) lies inside the polygon, by the non-zero rule: a
 * self-crossing polygon has an inside wherever its outline winds round. An unusable one (see `isUsable`) has none.
 *
 * @param visit called for runs of pixels of row `y`, x in [start, end), from the top row down; runs do not overlap
 */
export function visitRuns(
  polygon: Polygon,
  width: number,
  height: number,
  visit: (y: number, start: number, end: number) => void,
): void {
  if (!isUsable(polygon)) return;
  const n = polygon.length;
  const { minY, maxY } = boundingBox(polygon);
  const firstRow = Math.max(0, Math.ceil(minY - 0.5));
  const lastRow = Math.min(height - 1, Math.ceil(maxY - 0.5) - 1);
  // Of one row, from left to right; the arrays are used again for the next.
  const crossings: number[] = [];
  const directions: number[] = [];
  for (let row = firstRow; row <= lastRow; row++) {
    const y = row + 0.5;
    let count = 0;
    for (let i = 0, j = n - 1; i < n; j = i++) {
      const [ax, ay] = polygon[j];
      const [bx, by] = polygon[i];
      // Half open, so that a vertex exactly on the row counts once.
      if (ay <= y === by <= y) continue;
      const x = ax + ((y - ay) / (by - ay)) * (bx - ax);
      let place = count++;
      for (; place > 0 && crossings[place - 1] > x; place--) {
        crossings[place] = crossings[place - 1];
        directions[place] = directions[place - 1];
      }
      crossings[place] = x;
      directions[place] = by > ay ? 1 : -1;
    }
    let winding = 0;
    for (let k = 0; k + 1 < count; k++) {
      winding += directions[k];
      if (winding === 0) continue;
      const start = Math.max(0, Math.ceil(crossings[k] - 0.5));
      const end = Math.min(width, Math.ceil(crossings[k + 1] - 0.5));
      if (start < end) visit(row, start, end);
    }
  }
}
