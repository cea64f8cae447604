/** Connected components of a thresholded map, as rows of pixels, and the outline of one. */
import { growRect, minAreaRect, type Point, type Polygon, type RotatedRect } from './geometry/index.js';

/** Pixels of row `y` from `start` (included) to `end` (excluded). */
export interface Run {
  readonly y: number;
  readonly start: number;
  readonly end: number;
}

/** Runs from the top row down, from left to right; never empty. */
export type Component = readonly Run[];

/**
 * Pixels above the threshold, grouped with their eight neighbours, in the order of their topmost leftmost pixels.
 * NaN is never above a threshold.
 *
 * @param map float32 [height, width]
 */
export function findComponents(
  map: Float32Array,
  width: number,
  height: number,
  threshold: number,
): Component[] {
  const runs: Run[] = [];
  const parents: number[] = [];
  const root = (i: number): number => {
    let r = i;
    while (parents[r] !== r) r = parents[r] = parents[parents[r]];
    return r;
  };
  let aboveFrom = 0;
  let aboveTo = 0;
  for (let y = 0; y < height; y++) {
    const row = y * width;
    const first = runs.length;
    let above = aboveFrom;
    for (let x = 0; x < width; x++) {
      if (!(map[row + x] > threshold)) continue;
      const start = x;
      while (x < width && map[row + x] > threshold) x++;
      const run = runs.length;
      runs.push({ y, start, end: x });
      parents.push(run);
      // Runs of the row above that touch this one, corners included. The last of them may touch the next run too.
      while (above < aboveTo && runs[above].end < start) above++;
      for (let k = above; k < aboveTo && runs[k].start <= x; k++) {
        const [a, b] = [root(k), root(run)];
        parents[Math.max(a, b)] = Math.min(a, b);
      }
    }
    aboveFrom = first;
    aboveTo = runs.length;
  }
  const components = new Map<number, Run[]>();
  for (let i = 0; i < runs.length; i++) {
    const r = root(i);
    const component = components.get(r);
    if (component) component.push(runs[i]);
    else components.set(r, [runs[i]]);
  }
  return [...components.values()];
}

/**
 * The smallest rectangle around the component: around the centres of its pixels, and half a pixel wider on each side.
 * Around the pixels' corners instead, slanted components would come out too wide by their stairs.
 */
export function componentRect(component: Component): RotatedRect {
  const centers: Point[] = [];
  for (let i = 0; i < component.length; ) {
    const { y, start } = component[i];
    while (i + 1 < component.length && component[i + 1].y === y) i++;
    const { end } = component[i++];
    centers.push([start + 0.5, y + 0.5], [end - 0.5, y + 0.5]);
  }
  return growRect(minAreaRect(centers)!, 0.5);
}

/** Right, down, left, up. */
const STEPS: readonly Point[] = [
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
];

/**
 * The outer outline along pixel edges, clockwise on the screen, without points on straight runs. Pixels that touch at a
 * corner only are inside one outline, which then passes that corner twice.
 */
export function outerContour(component: Component): Polygon {
  const rows = new Map<number, Run[]>();
  for (const run of component) {
    const row = rows.get(run.y);
    if (row) row.push(run);
    else rows.set(run.y, [run]);
  }
  const isInside = (x: number, y: number) =>
    rows.get(y)?.some((run) => run.start <= x && x < run.end) ?? false;
  const { start: startX, y: startY } = component[0];
  const contour: Point[] = [];
  let [x, y, heading] = [startX, startY, 0];
  do {
    const [dx, dy] = STEPS[heading];
    x += dx;
    y += dy;
    // The two pixels ahead of the corner just reached, left and right of the way. The inside stays on the right.
    const left = isInside(x + Math.min(0, dx + dy), y + Math.min(0, dy - dx));
    const right = isInside(x + Math.min(0, dx - dy), y + Math.min(0, dx + dy));
    if (left || !right) {
      contour.push([x, y]);
      heading = (heading + (left ? 3 : 1)) % 4;
    }
  } while (x !== startX || y !== startY || heading !== 0);
  return contour;
}
