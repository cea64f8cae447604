/**
 * The geometry of a picture: paper that waves a little, seen in perspective. Pixels are fetched through the inverse of
 * the very map that carries the polygons, so labels are exact by construction.
 */
import type { Point, Polygon } from 'inkstone-detect/geometry';

/** Row-major 3 × 3. */
type Matrix = readonly [number, number, number, number, number, number, number, number, number];

/**
 * Waves of the paper as two shears, each undone exactly: v += rise·sin(riseRate·u + risePhase), then
 * u += sway·sin(swayRate·v + swayPhase). Points.
 */
export interface Waves {
  readonly rise: number;
  readonly riseRate: number;
  readonly risePhase: number;
  readonly sway: number;
  readonly swayRate: number;
  readonly swayPhase: number;
}

export class Camera {
  /** Image pixels to waved paper. */
  readonly inverse: Matrix;

  /** @param matrix waved paper (points) to image pixels */
  constructor(
    readonly waves: Waves,
    readonly matrix: Matrix,
  ) {
    this.inverse = invert(matrix);
  }

  riseAt(u: number): number {
    const { rise, riseRate, risePhase } = this.waves;
    return rise * Math.sin(riseRate * u + risePhase);
  }

  swayAt(v: number): number {
    const { sway, swayRate, swayPhase } = this.waves;
    return sway * Math.sin(swayRate * v + swayPhase);
  }

  /** Where a point of the paper lies in the picture. */
  toImage([u, v]: Point): Point {
    const y = v + this.riseAt(u);
    return project(this.matrix, u + this.swayAt(y), y);
  }

  /** The same camera with the picture moved by `-left, -top` and then scaled. */
  framed(left: number, top: number, scale: number): Camera {
    const [a, b, c, d, e, f, g, h, i] = this.matrix;
    const move = (p: number, w: number, offset: number) => scale * (p - offset * w);
    return new Camera(this.waves, [
      move(a, g, left),
      move(b, h, left),
      move(c, i, left),
      move(d, g, top),
      move(e, h, top),
      move(f, i, top),
      g,
      h,
      i,
    ]);
  }

  /** Outline of a region of the paper as it appears, with `perSide` points a side. */
  outline(region: Polygon, perSide = 9): Point[] {
    return region.flatMap((from, i) => this.edge(from, region[(i + 1) % region.length], perSide));
  }

  /** The quadrilateral that fits a quadrilateral of the paper best: each side is the regression line of its curved image. */
  quad(region: Polygon): Polygon {
    const lines = region.map((from, i) => fitLine(this.edge(from, region[(i + 1) % 4], 9)));
    return region.map((_, i) => intersect(lines[(i + 3) % 4], lines[i]));
  }

  private edge(from: Point, to: Point, count: number): Point[] {
    return Array.from({ length: count }, (_, i) => {
      const t = i / (count - 1);
      return this.toImage([from[0] + t * (to[0] - from[0]), from[1] + t * (to[1] - from[1])]);
    });
  }
}

/** Of a box, clockwise from the top left. */
export function cornersOf(box: { x: number; y: number; width: number; height: number }): Polygon {
  const { x, y, width, height } = box;
  return [
    [x, y],
    [x + width, y],
    [x + width, y + height],
    [x, y + height],
  ];
}

/** The projective map that takes the rectangle `0, 0` to `width, height` to the corners (clockwise from the top left). */
export function rectangleTo(corners: Polygon, width: number, height: number): Matrix {
  const [[x0, y0], [x1, y1], [x2, y2], [x3, y3]] = corners;
  const dx1 = x1 - x2;
  const dx2 = x3 - x2;
  const dx3 = x0 - x1 + x2 - x3;
  const dy1 = y1 - y2;
  const dy2 = y3 - y2;
  const dy3 = y0 - y1 + y2 - y3;
  const determinant = dx1 * dy2 - dx2 * dy1;
  const g = (dx3 * dy2 - dx2 * dy3) / determinant;
  const h = (dx1 * dy3 - dx3 * dy1) / determinant;
  return [
    (x1 - x0 + g * x1) / width,
    (x3 - x0 + h * x3) / height,
    x0,
    (y1 - y0 + g * y1) / width,
    (y3 - y0 + h * y3) / height,
    y0,
    g / width,
    h / height,
    1,
  ];
}

function project([a, b, c, d, e, f, g, h, i]: Matrix, x: number, y: number): Point {
  const w = g * x + h * y + i;
  return [(a * x + b * y + c) / w, (d * x + e * y + f) / w];
}

/** Up to a factor, which projective maps do not have. */
function invert([a, b, c, d, e, f, g, h, i]: Matrix): Matrix {
  return [
    e * i - f * h,
    c * h - b * i,
    b * f - c * e,
    f * g - d * i,
    a * i - c * g,
    c * d - a * f,
    d * h - e * g,
    b * g - a * h,
    a * e - b * d,
  ];
}

interface Line {
  readonly through: Point;
  readonly direction: Point;
}

/** Total least squares: the line through the mean along the main axis of the points. */
function fitLine(points: readonly Point[]): Line {
  let [mx, my] = [0, 0];
  for (const [x, y] of points) {
    mx += x / points.length;
    my += y / points.length;
  }
  let [xx, xy, yy] = [0, 0, 0];
  for (const [x, y] of points) {
    xx += (x - mx) ** 2;
    xy += (x - mx) * (y - my);
    yy += (y - my) ** 2;
  }
  const angle = Math.atan2(2 * xy, xx - yy) / 2;
  return { through: [mx, my], direction: [Math.cos(angle), Math.sin(angle)] };
}

function intersect(p: Line, q: Line): Point {
  const cross = p.direction[0] * q.direction[1] - p.direction[1] * q.direction[0];
  const [dx, dy] = [q.through[0] - p.through[0], q.through[1] - p.through[1]];
  const t = (dx * q.direction[1] - dy * q.direction[0]) / cross;
  return [p.through[0] + t * p.direction[0], p.through[1] + t * p.direction[1]];
}
