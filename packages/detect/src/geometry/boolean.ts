/**
 * Offsetting, uniting and subtracting polygons: Clipper2 does it on fixed-point coordinates (three decimals of a pixel).
 *
 * All of it follows the non-zero rule: a self-crossing polygon stands for everything its outline winds round.
 */

import { clipByWindow } from './clip.js';
import { Clipper, EndType, FillRule, JoinType, type PathD, type PathsD } from './clipper.js';
import {
  area,
  isSelfIntersecting,
  isUsable,
  type Point,
  type Polygon,
  signedArea,
  toRow,
} from './polygon.js';

/** Outlines of one region: outer ones run clockwise on the screen, holes the other way round. */
export type Region = readonly Polygon[];

/** Decimals of a pixel kept in boolean operations and offsets. */
const PRECISION = 3;
/** How far, in pixels, the polyline of a rounded corner may stay inside the true arc. */
const ARC_TOLERANCE = 0.1;
/** Only miter joins use a limit; Clipper wants a number all the same. */
const MITER_LIMIT = 2;

/**
 * The polygon grown (`distance` > 0, rounded corners) or shrunk (`distance` < 0) by `distance` pixels.
 *
 * Returns no outline when nothing is left or the polygon is unusable, several when shrinking tears it apart. A polygon
 * without area (all points on one line) has no inside to grow and gives nothing. Outlines run clockwise on the screen.
 */
export function offsetPolygon(polygon: Polygon, distance: number): Polygon[] {
  if (!isUsable(polygon) || !Number.isFinite(distance)) return [];
  const outlines = isSelfIntersecting(polygon)
    ? Clipper.unionD([toPath(polygon)], [], FillRule.NonZero, PRECISION)
    : area(polygon) > 0
      ? [toPath(polygon)]
      : [];
  if (outlines.length === 0) return [];
  const grown = Clipper.inflatePathsD(
    outlines,
    distance,
    JoinType.Round,
    EndType.Polygon,
    MITER_LIMIT,
    PRECISION,
    ARC_TOLERANCE,
  );
  return fromPaths(grown).map((outline) => (signedArea(outline) < 0 ? [...outline].reverse() : outline));
}

/**
 * The polygon without the points whose absence moves its outline by at most `tolerance` pixels. Nothing may be left of a
 * polygon that is thinner than the tolerance.
 */
export function simplify(polygon: Polygon, tolerance: number): Polygon {
  if (!isUsable(polygon)) return [];
  const [simple] = fromPaths([Clipper.simplifyPathD(toPath(polygon), tolerance, true)]);
  return simple.length < 3 ? [] : simple;
}

/** Area in pixels² of what the polygon covers: a self-crossing polygon's lobes add up instead of cancelling. */
export function coveredArea(polygon: Polygon): number {
  if (!isUsable(polygon)) return 0;
  if (!isSelfIntersecting(polygon)) return area(polygon);
  return regionArea(union(polygon));
}

/** The polygon as outlines that cross neither themselves nor each other. */
export function union(polygon: Polygon): Region {
  return fromPaths(Clipper.unionD([toPath(polygon)], [], FillRule.NonZero, PRECISION));
}

/** What is left of `polygon` without the `others`. */
export function subtract(polygon: Polygon, others: readonly Polygon[]): Region {
  if (!isUsable(polygon)) return [];
  const clip = others.filter(isUsable).map(toPath);
  if (clip.length === 0) return [polygon];
  return fromPaths(Clipper.differenceD([toPath(polygon)], clip, FillRule.NonZero, PRECISION));
}

/**
 * The part of a polygon inside [0, width] × [0, height]; it may have more points than before, and none when nothing is
 * left. See `clampToRect` for a quadrilateral that must stay one.
 */
export function clipToRect(polygon: Polygon, width: number, height: number): Polygon {
  if (!isUsable(polygon)) return [];
  const row = clipByWindow(toRow(polygon), {
    points: Float64Array.of(0, 0, width, 0, width, height, 0, height),
    inward: 1,
  });
  const clipped = Array.from({ length: row.length / 2 }, (_, i): Point => [row[2 * i], row[2 * i + 1]]);
  return clipped.length < 3 ? [] : clipped;
}

/** Moves each point to the nearest one inside [0, width] × [0, height]; the number of points stays. */
export function clampToRect(polygon: Polygon, width: number, height: number): Polygon {
  return polygon.map(([x, y]): Point => [Math.min(width, Math.max(0, x)), Math.min(height, Math.max(0, y))]);
}

function regionArea(region: Region): number {
  return Math.abs(region.reduce((sum, outline) => sum + signedArea(outline), 0));
}

function toPath(polygon: Polygon): PathD {
  return polygon.map(([x, y]) => ({ x, y }));
}

function fromPaths(paths: PathsD): Polygon[] {
  return paths.map((path) => path.map(({ x, y }): Point => [x, y]));
}
