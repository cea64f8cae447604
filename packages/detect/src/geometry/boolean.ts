/**
 * Offsetting, intersecting and subtracting polygons. Clipper2 does the general case on fixed-point coordinates (three
 * decimals of a pixel); two convex polygons, which is nearly every pair of text boxes, are clipped directly.
 *
 * All of it follows the non-zero rule: a self-crossing polygon stands for everything its outline winds round.
 */
import { Clipper, EndType, FillRule, JoinType, type PathD, type PathsD } from './clipper.js';
import {
  area,
  boundingBox,
  boxesOverlap,
  isConvex,
  isSelfIntersecting,
  isUsable,
  type Point,
  type Polygon,
  side,
  signedArea,
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
  return regionArea(fromPaths(Clipper.unionD([toPath(polygon)], [], FillRule.NonZero, PRECISION)));
}

/** Area in pixels² that both polygons cover. */
export function intersectionArea(a: Polygon, b: Polygon): number {
  if (!isUsable(a) || !isUsable(b) || !boxesOverlap(boundingBox(a), boundingBox(b))) return 0;
  if (isConvex(a) && isConvex(b)) return area(clipConvex(a, b));
  return regionArea(fromPaths(Clipper.intersectD([toPath(a)], [toPath(b)], FillRule.NonZero, PRECISION)));
}

/** What is left of `polygon` without the `others`. */
export function subtract(polygon: Polygon, others: readonly Polygon[]): Region {
  if (!isUsable(polygon)) return [];
  const clip = others.filter(isUsable).map(toPath);
  if (clip.length === 0) return [polygon];
  return fromPaths(Clipper.differenceD([toPath(polygon)], clip, FillRule.NonZero, PRECISION));
}

/** Area in pixels² that the polygon shares with the region. */
export function regionIntersectionArea(region: Region, polygon: Polygon): number {
  if (region.length === 0 || !isUsable(polygon)) return 0;
  if (region.length === 1) return intersectionArea(region[0], polygon);
  return regionArea(
    fromPaths(Clipper.intersectD(region.map(toPath), [toPath(polygon)], FillRule.NonZero, PRECISION)),
  );
}

/**
 * The part of a polygon inside [0, width] × [0, height]; it may have more points than before, and none when nothing is
 * left. See `clampToRect` for a quadrilateral that must stay one.
 */
export function clipToRect(polygon: Polygon, width: number, height: number): Polygon {
  if (!isUsable(polygon)) return [];
  const clipped = clipConvex(polygon, [
    [0, 0],
    [width, 0],
    [width, height],
    [0, height],
  ]);
  return clipped.length < 3 ? [] : clipped;
}

/** Moves each point to the nearest one inside [0, width] × [0, height]; the number of points stays. */
export function clampToRect(polygon: Polygon, width: number, height: number): Polygon {
  return polygon.map(([x, y]): Point => [Math.min(width, Math.max(0, x)), Math.min(height, Math.max(0, y))]);
}

/** Sutherland and Hodgman: `subject` cut along each edge of the convex `window`, of either orientation. */
function clipConvex(subject: Polygon, window: Polygon): Polygon {
  const inward = Math.sign(signedArea(window));
  let result: Point[] = [...subject];
  for (let i = 0; i < window.length && result.length > 0; i++) {
    const a = window[i];
    const b = window[(i + 1) % window.length];
    const kept: Point[] = [];
    let previous = result[result.length - 1];
    let previousSide = side(a, b, previous) * inward;
    for (const point of result) {
      const pointSide = side(a, b, point) * inward;
      if (pointSide >= 0 !== previousSide >= 0) {
        const t = previousSide / (previousSide - pointSide);
        kept.push([previous[0] + t * (point[0] - previous[0]), previous[1] + t * (point[1] - previous[1])]);
      }
      if (pointSide >= 0) kept.push(point);
      previous = point;
      previousSide = pointSide;
    }
    result = kept;
  }
  return result;
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
