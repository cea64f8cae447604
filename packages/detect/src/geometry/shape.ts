/**
 * Regions made ready for being compared with many others: what two of them share is asked millions of times for a page, what
 * they are made of once.
 */
import { coveredArea, type Region, union } from './boolean.js';
import { clippedArea, type Window } from './clip.js';
import {
  area,
  type BoundingBox,
  boundingBox,
  boxesOverlap,
  isConvex,
  isUsable,
  type Polygon,
  signedArea,
  toRow,
} from './polygon.js';

export interface Shape {
  readonly box: BoundingBox;
  /** Covered area in pixels². */
  readonly area: number;
  /** A convex polygon is one piece; any other region is a sum of triangles, some of them negative. */
  readonly pieces: readonly Piece[];
}

interface Piece extends Window {
  readonly box: BoundingBox;
  readonly sign: number;
}

/** By the non-zero rule; an unusable polygon covers nothing. */
export function shapeOf(polygon: Polygon): Shape {
  const box = boundingBox(polygon);
  if (!isUsable(polygon)) return { box, area: 0, pieces: [] };
  const pieces = isConvex(polygon) ? [pieceOf(polygon, 1)] : union(polygon).flatMap(triangles);
  return { box, area: coveredArea(polygon), pieces };
}

export function shapeOfRegion(region: Region): Shape {
  return {
    box: boundingBox(region.flat()),
    area: Math.abs(region.reduce((sum, outline) => sum + signedArea(outline), 0)),
    pieces: region.flatMap(triangles),
  };
}

/** Area in pixels² that both cover. */
export function sharedArea(a: Shape, b: Shape): number {
  if (!boxesOverlap(a.box, b.box)) return 0;
  let sum = 0;
  for (const piece of a.pieces) {
    for (const other of b.pieces) {
      if (boxesOverlap(piece.box, other.box)) {
        sum += piece.sign * other.sign * clippedArea(piece.points, other);
      }
    }
  }
  return Math.max(0, sum);
}

/** Area in pixels² that both polygons cover. */
export function intersectionArea(a: Polygon, b: Polygon): number {
  return sharedArea(shapeOf(a), shapeOf(b));
}

/**
 * The outline as triangles from its first point to each edge. Where they cover more than the outline does, as many are
 * positive as negative, and those of a hole are negative on the whole.
 */
function triangles(outline: Polygon): Piece[] {
  return outline.slice(1, -1).flatMap((point, i) => {
    const triangle = [outline[0], point, outline[i + 2]];
    return area(triangle) > 0 ? [pieceOf(triangle, Math.sign(signedArea(triangle)))] : [];
  });
}

function pieceOf(convex: Polygon, sign: number): Piece {
  return {
    box: boundingBox(convex),
    points: toRow(convex),
    inward: Math.sign(signedArea(convex)),
    sign,
  };
}
