/**
 * Training targets of DBNet from text polygons, after Liao et al., "Real-time Scene Text Detection with Differentiable
 * Binarization" (AAAI 2020), section 3.3: the probability map is the polygon shrunk by D = A (1 − r²) / L (A its area, L
 * its perimeter), and the threshold map falls from the polygon's outline to the distance D on both sides.
 */
import {
  area,
  boundingBox,
  isConvex,
  offsetPolygon,
  type Point,
  type Polygon,
  perimeter,
  signedArea,
  visitRuns,
} from 'inkstone-detect/geometry';
import { z } from 'zod';
import type { TextInstance } from '../labels/index.js';
import type { TargetMaps } from './batch.js';

/** Raised when the maps of the same polygons change, so that cached maps are made again. */
export const TARGETS_VERSION = 1;

export const targetsSchema = z.strictObject({
  shrink_ratio: z
    .number()
    .positive()
    .lt(1)
    .default(0.7)
    .describe(
      "r of the DB paper: a text's kernel is its polygon shrunk by A (1 − r²) / L. The paper has 0.4.",
    ),
  threshold_min: z.number().min(0).max(1).default(0.3).describe("Threshold map far from a text's outline."),
  threshold_max: z.number().min(0).max(1).default(0.7).describe("Threshold map on a text's outline."),
  min_text_size: z
    .number()
    .min(0)
    .default(3)
    .describe('Texts whose shorter side is below this many sample pixels are ignored.'),
});

export type TargetOptions = z.output<typeof targetsSchema>;

/** Steps of a stored threshold value: q stands for q / 255, so 0.3 is 77 and 0.7 is 179. */
const THRESHOLD_STEPS = 255;

/**
 * Maps `[height, width]` of one sample from its texts, in its pixels. Ignored texts, and texts too small to be shrunk to a single pixel, get a
 * probability mask of 0 and no threshold; everywhere else the mask is 1. Texts that lie over one another keep the larger
 * threshold.
 */
export function makeTargetMaps(
  instances: readonly Pick<TextInstance, 'polygon' | 'ignore'>[],
  width: number,
  height: number,
  { shrink_ratio, threshold_min, threshold_max, min_text_size }: TargetOptions,
): TargetMaps {
  const low = THRESHOLD_STEPS * threshold_min;
  const high = THRESHOLD_STEPS * threshold_max;
  const maps: TargetMaps = {
    probability: new Uint8Array(width * height),
    probabilityMask: new Uint8Array(width * height).fill(1),
    threshold: new Uint8Array(width * height).fill(Math.round(low)),
    thresholdMask: new Uint8Array(width * height),
  };
  for (const { polygon, ignore } of instances) {
    const kernel = ignore ? [] : kernelOf(polygon, { shrink_ratio, min_text_size });
    if (fill(maps.probability, kernel, width, height, 1)) {
      fill(maps.thresholdMask, [polygon], width, height, 1);
      drawBorder(maps, polygon, reachOf(polygon, shrink_ratio), width, height, low, high);
    } else {
      fill(maps.probabilityMask, [polygon], width, height, 0);
    }
  }
  return maps;
}

/**
 * A text's kernel, in the same pixels: nothing of a text below `min_text_size`. One that is left may still be too small to
 * hold a pixel.
 */
export function kernelOf(
  polygon: Polygon,
  { shrink_ratio, min_text_size }: Pick<TargetOptions, 'shrink_ratio' | 'min_text_size'>,
): Polygon[] {
  const reach = reachOf(polygon, shrink_ratio);
  return reach > 0 && shorterSide(polygon) >= min_text_size ? shrink(polygon, reach) : [];
}

/** How far the kernel's outline lies inside the text's, in pixels. */
function reachOf(polygon: Polygon, shrinkRatio: number): number {
  return (area(polygon) * (1 - shrinkRatio * shrinkRatio)) / perimeter(polygon);
}

function shorterSide(polygon: Polygon): number {
  const { minX, minY, maxX, maxY } = boundingBox(polygon);
  return Math.min(maxX - minX, maxY - minY);
}

/** Sets the polygons' pixels and says whether there were any. */
function fill(
  map: Uint8Array,
  polygons: readonly Polygon[],
  width: number,
  height: number,
  value: number,
): boolean {
  let any = false;
  for (const polygon of polygons) {
    visitRuns(polygon, width, height, (y, start, end) => {
      map.fill(value, y * width + start, y * width + end);
      any = true;
    });
  }
  return any;
}

/** The polygon shrunk by `reach` pixels. Convex ones, nearly all, need no general offsetting. */
function shrink(polygon: Polygon, reach: number): Polygon[] {
  const inner = isConvex(polygon) ? moveEdgesInward(polygon, reach) : null;
  return inner ? [inner] : offsetPolygon(polygon, -reach);
}

/** A convex polygon with every edge moved inward, or null when an edge vanishes on the way. */
function moveEdgesInward(polygon: Polygon, reach: number): Polygon | null {
  const n = polygon.length;
  const turn = Math.sign(signedArea(polygon));
  const points: Point[] = [];
  for (let i = 0; i < n; i++) {
    const [ax, ay] = polygon[(i + n - 1) % n];
    const [bx, by] = polygon[i];
    const [cx, cy] = polygon[(i + 1) % n];
    const before = Math.hypot(bx - ax, by - ay);
    const after = Math.hypot(cx - bx, cy - by);
    // Unit directions of the two edges that meet here; their inward normals are (−y, x) · turn.
    const ux = (bx - ax) / before;
    const uy = (by - ay) / before;
    const vx = (cx - bx) / after;
    const vy = (cy - by) / after;
    const cosine = 1 + ux * vx + uy * vy;
    if (!(cosine > 1e-6)) return null;
    const step = (reach * turn) / cosine;
    points.push([bx - step * (uy + vy), by + step * (ux + vx)]);
  }
  for (let i = 0; i < n; i++) {
    const [ax, ay] = polygon[i];
    const [bx, by] = polygon[(i + 1) % n];
    const [px, py] = points[i];
    const [qx, qy] = points[(i + 1) % n];
    if ((bx - ax) * (qx - px) + (by - ay) * (qy - py) <= 0) return null;
  }
  return points;
}

/**
 * Writes the threshold of every pixel within `reach` of the outline, edge by edge: near which edge a pixel lies does not
 * matter, because the nearest gives the largest value.
 */
function drawBorder(
  { threshold, thresholdMask }: TargetMaps,
  polygon: Polygon,
  reach: number,
  width: number,
  height: number,
  low: number,
  high: number,
): void {
  const reachSquared = reach * reach;
  const slope = (high - low) / reach;
  for (let i = 0; i < polygon.length; i++) {
    const [ax, ay] = polygon[i];
    const [bx, by] = polygon[(i + 1) % polygon.length];
    const length = Math.hypot(bx - ax, by - ay);
    if (length === 0) continue;
    const ux = (bx - ax) / length;
    const uy = (by - ay) / length;
    const firstRow = Math.max(0, Math.ceil(Math.min(ay, by) - reach - 0.5));
    const lastRow = Math.min(height - 1, Math.floor(Math.max(ay, by) + reach - 0.5));
    const first = Math.max(0, Math.ceil(Math.min(ax, bx) - reach - 0.5));
    const last = Math.min(width - 1, Math.floor(Math.max(ax, bx) + reach - 0.5));
    for (let y = firstRow; y <= lastRow; y++) {
      const dy = y + 0.5 - ay;
      for (let x = first, at = y * width + first; x <= last; x++, at++) {
        const dx = x + 0.5 - ax;
        const along = dx * ux + dy * uy;
        const across = dx * uy - dy * ux;
        const beyond = along < 0 ? along : along > length ? along - length : 0;
        const squared = across * across + beyond * beyond;
        if (squared > reachSquared) continue;
        // Rounded to the nearest step.
        const value = (high - slope * Math.sqrt(squared) + 0.5) | 0;
        thresholdMask[at] = 1;
        if (value > threshold[at]) threshold[at] = value;
      }
    }
  }
}
