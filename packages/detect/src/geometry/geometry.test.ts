import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  area,
  boundingBox,
  boxesOverlap,
  clampToRect,
  clipToRect,
  contains,
  coveredArea,
  intersectionArea,
  isConvex,
  isSelfIntersecting,
  isUsable,
  minAreaRect,
  offsetPolygon,
  type Point,
  type Polygon,
  perimeter,
  type Region,
  shapeOf,
  shapeOfRegion,
  sharedArea,
  signedArea,
  subtract,
  toRow,
  visitRuns,
} from './index.js';
import { convexHull } from './rectangle.js';

const box = (x: number, y: number, w: number, h: number): Polygon => [
  [x, y],
  [x + w, y],
  [x + w, y + h],
  [x, y + h],
];
const regionIntersectionArea = (region: Region, polygon: Polygon): number =>
  sharedArea(shapeOfRegion(region), shapeOf(polygon));
/** Sets the pixels inside. */
const paint = (polygon: Polygon, width: number, height: number, map: Uint8Array, value = 1) =>
  visitRuns(polygon, width, height, (y, start, end) => map.fill(value, y * width + start, y * width + end));
const bowTie: Polygon = [
  [0, 0],
  [10, 10],
  [10, 0],
  [0, 10],
];
const lShape: Polygon = [
  [0, 0],
  [20, 0],
  [20, 10],
  [10, 10],
  [10, 30],
  [0, 30],
];
const pentagram: Polygon = [0, 2, 4, 1, 3].map((i): Point => {
  const a = (i * 2 * Math.PI) / 5;
  return [10 * Math.cos(a), 10 * Math.sin(a)];
});
const broken: Polygon[] = [
  [],
  [[1, 1]],
  [
    [1, 1],
    [2, 2],
  ],
  [
    [0, 0],
    [Number.NaN, 1],
    [1, 1],
  ],
  [
    [0, 0],
    [1e30, 0],
    [1, 1],
  ],
];

const coordinate = fc.double({ min: -50, max: 150, noNaN: true });
const rotatedBox = fc
  .record({
    x: coordinate,
    y: coordinate,
    w: fc.double({ min: 2, max: 60, noNaN: true }),
    h: fc.double({ min: 2, max: 60, noNaN: true }),
    angle: fc.double({ min: -3.2, max: 3.2, noNaN: true }),
  })
  .map((r) => ({ ...r, polygon: rotate(box(-r.w / 2, -r.h / 2, r.w, r.h), r.angle, r.x, r.y) }));

function rotate(polygon: Polygon, angle: number, x: number, y: number): Polygon {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return polygon.map(([px, py]) => [x + c * px - s * py, y + s * px + c * py]);
}

describe('measures', () => {
  it('gives a positive signed area to an outline that runs clockwise on the screen', () => {
    expect(signedArea(box(5, 5, 4, 3))).toBe(12);
    expect(signedArea([...box(5, 5, 4, 3)].reverse())).toBe(-12);
    expect(perimeter(box(5, 5, 4, 3))).toBe(14);
    expect(area(lShape)).toBe(400);
  });

  it('tells crossing from touching, and convex from merely turning one way', () => {
    expect(isSelfIntersecting(bowTie)).toBe(true);
    expect(isSelfIntersecting(lShape)).toBe(false);
    expect(isConvex(box(0, 0, 1, 1))).toBe(true);
    expect(isConvex([...box(0, 0, 1, 1)].reverse())).toBe(true);
    expect(isConvex(lShape)).toBe(false);
    expect(isConvex(pentagram)).toBe(false);
    expect(isConvex(bowTie)).toBe(false);
  });

  it('counts what a self-crossing polygon covers, although its lobes cancel', () => {
    expect(area(bowTie)).toBe(0);
    expect(coveredArea(bowTie)).toBeCloseTo(50, 1);
    expect(intersectionArea(bowTie, box(0, 0, 5, 10))).toBeCloseTo(25, 1);
  });

  it('is as long as its outline, and reaches from its least to its greatest coordinates', () => {
    expect(perimeter(bowTie)).toBeCloseTo(20 + 20 * Math.SQRT2, 12);
    expect(perimeter([])).toBe(0);
    expect(boundingBox(lShape)).toEqual({ minX: 0, minY: 0, maxX: 20, maxY: 30 });
    expect(boxesOverlap(boundingBox(lShape), boundingBox(box(20, 5, 5, 5)))).toBe(false);
    expect(boxesOverlap(boundingBox(lShape), boundingBox(box(19, 5, 5, 5)))).toBe(true);
  });

  it('contains the left and upper outline, not the right and lower', () => {
    const tile = box(0, 0, 10, 10);
    expect(contains(toRow(tile), 0, 0)).toBe(true);
    expect(contains(toRow(tile), 10, 5)).toBe(false);
    expect(contains(toRow(tile), 5, 10)).toBe(false);
    expect(contains(toRow(pentagram), 0, 0)).toBe(true);
  });
});

describe('broken polygons', () => {
  it('are unusable, cover nothing and break nothing', () => {
    const map = new Uint8Array(100);
    for (const polygon of broken) {
      expect(isUsable(polygon)).toBe(false);
      expect(offsetPolygon(polygon, 2)).toEqual([]);
      expect(coveredArea(polygon)).toBe(0);
      expect(intersectionArea(polygon, box(0, 0, 5, 5))).toBe(0);
      expect(subtract(polygon, [])).toEqual([]);
      expect(clipToRect(polygon, 5, 5)).toEqual([]);
      paint(polygon, 10, 10, map);
      minAreaRect(polygon);
    }
    expect(map.every((v) => v === 0)).toBe(true);
  });

  it('without area give nothing when grown', () => {
    expect(
      offsetPolygon(
        [
          [0, 0],
          [5, 0],
          [9, 0],
        ],
        3,
      ),
    ).toEqual([]);
  });
});

describe('offsetPolygon', () => {
  it('grows with rounded corners: area + perimeter·d + π·d²', () => {
    for (const polygon of [box(0, 0, 40, 10), [...box(0, 0, 40, 10)].reverse()]) {
      const [grown] = offsetPolygon(polygon, 5);
      expect(area(grown)).toBeGreaterThan(400 + 500 + Math.PI * 25 - 4);
      expect(area(grown)).toBeLessThan(400 + 500 + Math.PI * 25 + 0.1);
      expect(signedArea(grown)).toBeGreaterThan(0);
    }
  });

  it('shrinks a box to the smaller box, and to nothing', () => {
    const [shrunk, ...rest] = offsetPolygon(box(0, 0, 40, 10), -2);
    expect(rest).toEqual([]);
    expect(area(shrunk)).toBeCloseTo(36 * 6, 2);
    expect(offsetPolygon(box(0, 0, 40, 10), -5)).toEqual([]);
  });

  it('tears a dumb-bell apart when it shrinks', () => {
    const dumbBell: Polygon = [
      [0, 0],
      [20, 0],
      [20, 9],
      [40, 9],
      [40, 0],
      [60, 0],
      [60, 20],
      [40, 20],
      [40, 11],
      [20, 11],
      [20, 20],
      [0, 20],
    ];
    expect(offsetPolygon(dumbBell, -2)).toHaveLength(2);
  });

  it('grows every lobe of a self-crossing polygon', () => {
    const total = offsetPolygon(bowTie, 0.5).reduce((sum, p) => sum + area(p), 0);
    expect(total).toBeGreaterThan(50);
  });
});

describe('intersection', () => {
  it('is symmetric, at most the smaller area, and agrees with Clipper on concave shapes', () => {
    fc.assert(
      fc.property(rotatedBox, rotatedBox, (a, b) => {
        const both = intersectionArea(a.polygon, b.polygon);
        expect(both).toBeCloseTo(intersectionArea(b.polygon, a.polygon), 6);
        expect(both).toBeLessThanOrEqual(Math.min(area(a.polygon), area(b.polygon)) + 1e-6);
        // A point doubled back on makes the shape non-convex for the test, so Clipper does the work.
        const [p, q] = [a.polygon[0], a.polygon[1]];
        const mid: Point = [p[0] + (q[0] - p[0]) * 0.6, p[1] + (q[1] - p[1]) * 0.6];
        const back: Point = [p[0] + (q[0] - p[0]) * 0.4, p[1] + (q[1] - p[1]) * 0.4];
        const doubled = [p, mid, back, ...a.polygon.slice(1)];
        expect(Math.abs(intersectionArea(doubled, b.polygon) - both)).toBeLessThan(0.3);
      }),
      { numRuns: 200 },
    );
  });

  it('of a polygon with itself is its area', () => {
    fc.assert(
      fc.property(rotatedBox, ({ polygon }) => {
        expect(intersectionArea(polygon, polygon)).toBeCloseTo(area(polygon), 5);
      }),
    );
  });

  it('with what was subtracted is nothing, with the whole it is the rest', () => {
    fc.assert(
      fc.property(rotatedBox, rotatedBox, (a, b) => {
        const rest = subtract(a.polygon, [b.polygon]);
        const shared = intersectionArea(a.polygon, b.polygon);
        expect(Math.abs(regionIntersectionArea(rest, a.polygon) - (area(a.polygon) - shared))).toBeLessThan(
          0.3,
        );
        expect(regionIntersectionArea(rest, b.polygon)).toBeLessThan(0.3);
      }),
    );
  });

  it('counts what concave outlines have in common, whichever way round they run', () => {
    const letterU: Polygon = [
      [0, 0],
      [10, 0],
      [10, 20],
      [20, 20],
      [20, 0],
      [30, 0],
      [30, 30],
      [0, 30],
    ];
    for (const outline of [letterU, [...letterU].reverse()]) {
      expect(intersectionArea(outline, box(0, 0, 30, 10))).toBeCloseTo(200, 6);
      expect(intersectionArea(outline, box(12, 0, 6, 18))).toBe(0);
      expect(intersectionArea(outline, letterU)).toBeCloseTo(700, 6);
    }
  });

  it('counts a hole as missing', () => {
    const ring = subtract(box(0, 0, 30, 30), [box(10, 10, 10, 10)]);
    expect(regionIntersectionArea(ring, box(0, 0, 30, 30))).toBeCloseTo(800, 3);
    expect(regionIntersectionArea(ring, box(12, 12, 4, 4))).toBe(0);
  });

  it('clips to the image, or clamps point by point', () => {
    expect(area(clipToRect(box(-5, -5, 20, 10), 100, 100))).toBe(75);
    expect(clipToRect(box(-50, -50, 20, 10), 100, 100)).toEqual([]);
    expect(clampToRect(box(-5, -5, 20, 10), 10, 10)).toEqual(box(0, 0, 10, 5));
  });
});

describe('visitRuns', () => {
  it('fills exactly the pixels whose centres are inside', () => {
    fc.assert(
      fc.property(rotatedBox, ({ polygon }) => {
        const map = new Uint8Array(100 * 100);
        paint(polygon, 100, 100, map);
        let different = 0;
        for (let i = 0; i < map.length; i++) {
          const inside = contains(toRow(polygon), (i % 100) + 0.5, Math.floor(i / 100) + 0.5);
          if (map[i] !== Number(inside)) different++;
        }
        expect(different).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it('fills integer boxes without a border of its own, and what is inside the map of others', () => {
    const map = new Uint8Array(200);
    for (const polygon of [box(2, 3, 5, 4), box(-3, 9, 8, 50)]) paint(polygon, 20, 10, map, 7);
    expect(map.filter((v) => v === 7)).toHaveLength(5 * 4 + 5);
    expect(map[3 * 20 + 2]).toBe(7);
    expect(map[3 * 20 + 7]).toBe(0);
  });

  it('fills a self-crossing outline wherever it winds round', () => {
    const map = new Uint8Array(400);
    paint(rotate(pentagram, 0, 10, 10), 20, 20, map);
    expect(map[10 * 20 + 10]).toBe(1);
  });
});

describe('hull and rectangle', () => {
  it('the rectangle holds every point and is no larger than any other box around them', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(coordinate, coordinate), { minLength: 3, maxLength: 30 }), (points) => {
        const rect = minAreaRect(points)!;
        const { corners } = rect;
        expect(rect.angle).toBeGreaterThan(-Math.PI / 4 - 1e-9);
        expect(rect.angle).toBeLessThanOrEqual(Math.PI / 4 + 1e-9);
        expect(rect.size.width * rect.size.height).toBeCloseTo(area(corners), 5);
        expect(signedArea(corners)).toBeGreaterThanOrEqual(-1e-6);
        const [c, s] = [Math.cos(rect.angle), Math.sin(rect.angle)];
        for (const [x, y] of points) {
          const [dx, dy] = [x - rect.center[0], y - rect.center[1]];
          expect(Math.abs(dx * c + dy * s)).toBeLessThanOrEqual(rect.size.width / 2 + 1e-6);
          expect(Math.abs(dy * c - dx * s)).toBeLessThanOrEqual(rect.size.height / 2 + 1e-6);
        }
        const xs = points.map((p) => p[0]);
        const ys = points.map((p) => p[1]);
        const upright = (Math.max(...xs) - Math.min(...xs)) * (Math.max(...ys) - Math.min(...ys));
        expect(area(corners)).toBeLessThanOrEqual(upright + 1e-6);
      }),
    );
  });

  it('finds a rotated box again, top left first', () => {
    const rect = minAreaRect(rotate(box(-20, -5, 40, 10), 0.3, 50, 50))!;
    expect(rect.angle).toBeCloseTo(0.3);
    expect(rect.size.width).toBeCloseTo(40);
    expect(rect.size.height).toBeCloseTo(10);
    expect(rect.corners[0][0]).toBeLessThan(rect.corners[1][0]);
    expect(rect.corners[0][1]).toBeLessThan(rect.corners[3][1]);
  });

  it('the hull is convex, clockwise and holds the points', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(coordinate, coordinate), { minLength: 3, maxLength: 40 }), (points) => {
        const hull = convexHull(points);
        if (hull.length < 3) return;
        expect(signedArea(hull)).toBeGreaterThanOrEqual(0);
        expect(area(convexHull([...hull, ...points]))).toBeCloseTo(area(hull), 6);
      }),
    );
  });

  it('gives a line a rectangle of no height', () => {
    const rect = minAreaRect([
      [0, 0],
      [5, 5],
      [10, 10],
    ])!;
    expect(rect.size.height).toBeCloseTo(0);
    expect(rect.size.width).toBeCloseTo(Math.SQRT2 * 10);
  });
});
