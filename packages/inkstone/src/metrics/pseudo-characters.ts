/**
 * Where the characters of a text are taken to be: CLEval knows only the outline and the number of characters, and
 * places them evenly along the middle line (arXiv:2006.06244, section 3.1, "pseudo-character centers").
 */
import { distance, minAreaRect, type Point, type Polygon } from 'inkstone-detect/geometry';

/** A quadrilateral whose width is below this share of its height is read from top to bottom. */
const VERTICAL_ASPECT_RATIO = 0.5;
/** Without a transcript, or for a false positive, nobody counts more characters than this in one box. */
const MOST_GUESSED_CHARACTERS = 10;
/** Keeps the ratio of a box without height finite. */
const EPSILON = 1e-5;

/**
 * Width over height: mean of the two long-way sides over mean of the two others, with the first edge as the top. An
 * outline that has not exactly four points is measured by its smallest enclosing rectangle.
 */
export function aspectRatio(polygon: Polygon): number {
  const quad = asQuadrilateral(polygon);
  if (!quad) return 1;
  const horizontal = (distance(quad[0], quad[1]) + distance(quad[2], quad[3])) / 2;
  const vertical = (distance(quad[1], quad[2]) + distance(quad[3], quad[0])) / 2;
  return (horizontal + EPSILON) / (vertical + EPSILON);
}

/**
 * How many characters an outline would hold if they were square. CLEval uses it for ignored texts; we use it for every
 * text without a transcript, so that detection data needs none.
 */
export function guessedLength(polygon: Polygon): number {
  const ratio = aspectRatio(polygon);
  return Math.min(roundHalfEven(0.5 + Math.max(ratio, 1 / ratio)), MOST_GUESSED_CHARACTERS);
}

/**
 * How many characters a box that matches nothing adds to the wrong ones. The authors' implementation divides height by
 * width here, so a horizontal box costs one character however long it is; we follow it to the letter.
 */
export function falsePositiveLength(polygon: Polygon): number {
  return Math.min(roundHalfEven(0.5 + 1 / (EPSILON + aspectRatio(polygon))), MOST_GUESSED_CHARACTERS);
}

/**
 * Centres of `count` characters. A quadrilateral is cut evenly from its left to its right side, or from top to bottom
 * when it stands upright. An outline with more points has an upper half and, backwards, a lower half of the same number
 * of points: each centre lies midway between the same places on both.
 */
export function characterCenters(polygon: Polygon, count: number): Point[] {
  const n = polygon.length;
  if (n > 4 && n % 2 === 0) {
    const upper = polygon.slice(0, n / 2);
    const lower = polygon.slice(n / 2).reverse();
    return evenly(count, (t) => middle(alongPolyline(upper, t), alongPolyline(lower, t)));
  }
  const quad = asQuadrilateral(polygon);
  if (!quad) return [];
  const upright = aspectRatio(quad) < VERTICAL_ASPECT_RATIO;
  const [from, to] = upright
    ? [middle(quad[0], quad[1]), middle(quad[3], quad[2])]
    : [middle(quad[0], quad[3]), middle(quad[1], quad[2])];
  return evenly(count, (t) => between(from, to, t));
}

function asQuadrilateral(polygon: Polygon): Polygon | undefined {
  return polygon.length === 4 ? polygon : minAreaRect(polygon)?.corners;
}

/** Each section of the polyline takes the same share of t in [0, 1], however long it is. */
function alongPolyline(points: Polygon, t: number): Point {
  const place = t * (points.length - 1);
  const section = Math.min(points.length - 2, Math.floor(place));
  return between(points[section], points[section + 1], place - section);
}

function evenly(count: number, at: (t: number) => Point): Point[] {
  return Array.from({ length: count }, (_, i) => at((i + 0.5) / count));
}

function between(a: Point, b: Point, t: number): Point {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t];
}

function middle(a: Point, b: Point): Point {
  return between(a, b, 0.5);
}

/** Python's rounding, which the authors' figures rest on: halves go to the even neighbour. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
