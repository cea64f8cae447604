/** Other ways in which the same labels may have been meant. Each is what a tool or a script gets wrong in practice. */
import type { Size } from 'inkstone-detect';
import type { Point, Polygon } from 'inkstone-detect/geometry';

export interface Reading {
  /** Completes "the labels fit when …". */
  readonly name: string;
  readonly todo: string;
  /** EXIF orientation that turns the stored picture just so, if one does. */
  readonly orientation?: number;
  /** Where a point is meant to be on the upright picture of that size. */
  readonly place: (point: Point, size: Size) => Point;
}

export function readAs({ place }: Reading, polygons: readonly Polygon[], size: Size): Polygon[] {
  return polygons.map((polygon) => polygon.map((point) => place(point, size)));
}

const UPRIGHT = 'give the coordinates in the upright picture, as viewers show it';

/** From a picture as it is stored to the upright one, by EXIF orientation. */
const TURNS: readonly Reading[] = [
  {
    orientation: 2,
    name: 'mirrored left to right',
    todo: 'mirror the labels (x becomes width − x), or do not mirror the pictures',
    place: ([x, y], { width }) => [width - x, y],
  },
  {
    orientation: 3,
    name: 'turned by 180°',
    todo: UPRIGHT,
    place: ([x, y], { width, height }) => [width - x, height - y],
  },
  {
    orientation: 4,
    name: 'mirrored top to bottom',
    todo: 'count y from the top (y becomes height − y)',
    place: ([x, y], { height }) => [x, height - y],
  },
  {
    orientation: 5,
    name: 'x and y are exchanged',
    todo: 'write x before y',
    place: ([x, y]) => [y, x],
  },
  {
    orientation: 6,
    name: 'turned by 90° clockwise',
    todo: UPRIGHT,
    place: ([x, y], { width }) => [width - y, x],
  },
  {
    orientation: 7,
    name: 'x and y are exchanged and both are counted from the other end',
    todo: UPRIGHT,
    place: ([x, y], { width, height }) => [width - y, height - x],
  },
  {
    orientation: 8,
    name: 'turned by 90° anticlockwise',
    todo: UPRIGHT,
    place: ([x, y], { height }) => [y, height - x],
  },
];

/** How much larger or smaller pictures are than those that were labelled, where somebody kept a reduced copy. */
const FACTORS = [1 / 4, 1 / 3, 1 / 2, 2 / 3, 3 / 4, 4 / 5, 5 / 4, 4 / 3, 3 / 2, 2, 3, 4];
/** Longest sides to which labelling tools and scripts reduce pictures. */
const SIDES = [512, 640, 720, 736, 800, 900, 960, 1000, 1024, 1080, 1200, 1280, 1440, 1600, 1920, 2000, 2048];
/** Sides of squares into which scripts squeeze pictures; also units of the whole: per cent, and document models' thousandths. */
const SQUARES = [100, 416, 512, 640, 736, 800, 960, 1000, 1024, 1280];

const SAME_SIZE = 'label the pictures that you train on, or scale the coordinates with them';

const SCALES: readonly Reading[] = [
  ...FACTORS.map(
    (factor): Reading => ({
      name: `scaled by ${Number(factor.toFixed(2))}`,
      todo: SAME_SIZE,
      place: ([x, y]) => [factor * x, factor * y],
    }),
  ),
  ...SIDES.map(
    (side): Reading => ({
      name: `read as those of a picture with ${side} pixels on its longest side`,
      todo: SAME_SIZE,
      place: ([x, y], { width, height }) => {
        const factor = Math.max(width, height) / side;
        return [factor * x, factor * y];
      },
    }),
  ),
  ...SQUARES.map(
    (side): Reading => ({
      name: `read as those of a square of ${side} × ${side} (pixels, or parts of the whole)`,
      todo: SAME_SIZE,
      place: ([x, y], { width, height }) => [(x / side) * width, (y / side) * height],
    }),
  ),
];

export const READINGS: readonly Reading[] = [...TURNS, ...SCALES];
