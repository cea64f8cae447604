/** Checks that every format shares: is this list of points a text polygon one can train on? */

import {
  area,
  COORDINATE_LIMIT,
  isSelfIntersecting,
  type Point,
  type Polygon,
} from 'inkstone-detect/geometry';
import { z } from 'zod';

/** Pixels² below which a polygon is a point or a line: no image of it could show a letter. */
const MIN_AREA = 0.5;

/** A coordinate in JSON. NaN and infinities have no JSON form; what is too large is left to `polygonFault`. */
export const coordinate = z.number();

/** The first complaint, with where it is: `points.0.1: expected number`. */
export function explain(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue.path.length > 0 ? `${issue.path.join('.')}: ${issue.message}` : issue.message;
}

/** Why the polygon is unusable, or null. */
export function polygonFault(polygon: Polygon): string | null {
  if (polygon.length < 3) return `a polygon needs at least 3 points, this one has ${polygon.length}`;
  for (const [x, y] of polygon) {
    const fault = coordinateFault(x) ?? coordinateFault(y);
    if (fault) return fault;
  }
  if (area(polygon) < MIN_AREA) {
    return isSelfIntersecting(polygon)
      ? selfCrossing(polygon)
      : `the polygon ${describe(polygon)} has no area`;
  }
  return isSelfIntersecting(polygon) ? selfCrossing(polygon) : null;
}

export function coordinateFault(value: number): string | null {
  if (!Number.isFinite(value)) return `a coordinate is ${value}, not a finite number`;
  if (Math.abs(value) > COORDINATE_LIMIT) {
    return `a coordinate is ${value}, beyond the limit of ±${COORDINATE_LIMIT} pixels`;
  }
  return null;
}

/** Pairs x1, y1, x2, y2, … into points. */
export function toPolygon(coordinates: readonly number[]): Polygon {
  const points: Point[] = [];
  for (let i = 0; i + 1 < coordinates.length; i += 2) points.push([coordinates[i], coordinates[i + 1]]);
  return points;
}

function selfCrossing(polygon: Polygon): string {
  return `the polygon ${describe(polygon)} crosses itself; list its points in order around the text`;
}

function describe(polygon: Polygon): string {
  return polygon.map(([x, y]) => `(${x}, ${y})`).join(' ');
}
