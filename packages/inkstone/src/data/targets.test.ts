import fc from 'fast-check';
import {
  area,
  contains,
  offsetPolygon,
  type Polygon,
  perimeter,
  toRow,
  visitRuns,
} from 'inkstone-detect/geometry';
import { expect, it } from 'vitest';
import { makeTargetMaps, targetsSchema } from './targets.js';

const WIDTH = 64;
const HEIGHT = 48;
const box = (left: number, top: number, right: number, bottom: number): Polygon => [
  [left, top],
  [right, top],
  [right, bottom],
  [left, bottom],
];
/** The paper's. */
const shrink_ratio = 0.4;
const options = targetsSchema.parse({ shrink_ratio });
const maps = (polygon: Polygon, ignore = false) =>
  makeTargetMaps([{ polygon, ignore }], WIDTH, HEIGHT, options);
const count = (map: Uint8Array, value: number) => map.reduce((n, v) => n + Number(v === value), 0);
const reachOf = (polygon: Polygon, r = shrink_ratio) => (area(polygon) * (1 - r * r)) / perimeter(polygon);
/** From (x, y) to the nearest place of an edge, its ends included. */
const border = (polygon: Polygon, x: number, y: number) =>
  Math.min(
    ...polygon.map(([ax, ay], i) => {
      const [bx, by] = polygon[(i + 1) % polygon.length];
      const squared = (bx - ax) ** 2 + (by - ay) ** 2;
      const along = squared > 0 ? ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / squared : 0;
      const t = Math.min(1, Math.max(0, along));
      return Math.hypot(x - ax - t * (bx - ax), y - ay - t * (by - ay));
    }),
  );

it('a rectangle: kernel shrunk by A(1 − r²)/L, threshold from 0.7 at the outline to 0.3 at that distance', () => {
  // A = 40 · 20, L = 120, r = 0.4: D = 5.6.
  const { probability, probabilityMask, threshold, thresholdMask } = maps(box(10, 10, 50, 30));
  const at = (x: number, y: number) => y * WIDTH + x;
  expect(count(probability, 1)).toBe(28 * 8); // pixel centres in (15.6, 44.4) × (15.6, 24.4)
  expect(probability[at(16, 16)]).toBe(1);
  expect(probability[at(15, 16)]).toBe(0);
  expect(count(probabilityMask, 1)).toBe(WIDTH * HEIGHT);
  // The centre of pixel (30, 10) is 0.5 from the outline: 0.7 − 0.4 · 0.5 / 5.6 = 0.6643.
  expect(threshold[at(30, 10)]).toBe(Math.round(0.6643 * 255));
  expect(threshold[at(30, 9)]).toBe(threshold[at(30, 10)]);
  expect(threshold[at(30, 20)]).toBe(77);
  expect([thresholdMask[at(30, 20)], thresholdMask[at(30, 4)], thresholdMask[at(30, 3)]]).toEqual([1, 1, 0]);
  expect(threshold[at(30, 3)]).toBe(77);
});

it('0.3 is stored as 77 and 0.7 as 179', () => {
  const { threshold } = maps(box(10, 10.5, 50, 30.5));
  expect(Math.min(...threshold)).toBe(77);
  expect(Math.max(...threshold)).toBe(179);
});

it('ignored, tiny and kernel-less texts are masked, and teach no threshold', () => {
  for (const [polygon, ignore, masked] of [
    [box(10, 10, 50, 30), true, 40 * 20],
    [box(10, 10, 50, 12), false, 40 * 2], // shorter than 3 pixels
    [box(10, 10.5, 50, 13.5), false, 40 * 3], // its kernel meets no pixel's centre
  ] as const) {
    const { probability, probabilityMask, thresholdMask } = maps(polygon, ignore);
    expect(count(probabilityMask, 0)).toBe(masked);
    expect(count(probability, 1) + count(thresholdMask, 1)).toBe(0);
  }
});

it('without texts all is background that counts', () => {
  const { probability, probabilityMask, threshold, thresholdMask } = makeTargetMaps(
    [],
    WIDTH,
    HEIGHT,
    options,
  );
  expect([
    count(probability, 0),
    count(probabilityMask, 1),
    count(threshold, 77),
    count(thresholdMask, 0),
  ]).toEqual(new Array(4).fill(WIDTH * HEIGHT));
});

it('texts over one another keep the larger threshold', () => {
  const a = box(10, 10, 40, 30);
  const b = box(30, 12, 60, 32);
  const both = makeTargetMaps(
    [a, b].map((polygon) => ({ polygon, ignore: false })),
    WIDTH,
    HEIGHT,
    options,
  ).threshold;
  expect(both).toEqual(maps(a).threshold.map((value, i) => Math.max(value, maps(b).threshold[i])));
});

const point = (cx: number, cy: number) =>
  fc.tuple(
    fc.double({ min: cx - 12, max: cx + 12, noNaN: true }),
    fc.double({ min: cy - 9, max: cy + 9, noNaN: true }),
  );
/** Corners near those of a rectangle: convex or not, upright or turned, partly outside the map. */
const quad = fc.tuple(point(8, 6), point(50, 6), point(50, 36), point(8, 36));

it('every pixel agrees with the definition, for any quadrilateral', () => {
  fc.assert(
    fc.property(quad, (polygon) => {
      const { probability, threshold, thresholdMask } = maps(polygon);
      if (count(probability, 1) === 0) return;
      const reach = reachOf(polygon);
      const kernel = new Uint8Array(WIDTH * HEIGHT);
      for (const part of offsetPolygon(polygon, -reach)) {
        visitRuns(part, WIDTH, HEIGHT, (y, start, end) => kernel.fill(1, y * WIDTH + start, y * WIDTH + end));
      }
      // Clipper keeps three decimals: a pixel's centre this close to the kernel's edge may fall on its other side.
      const rounding = 2e-3;
      for (const [i, value] of kernel.entries()) {
        if (value === probability[i]) continue;
        const distance = border(polygon, (i % WIDTH) + 0.5, Math.floor(i / WIDTH) + 0.5);
        expect(Math.abs(distance - reach)).toBeLessThan(rounding);
      }
      let wrong = 0;
      for (let y = 0; y < HEIGHT; y++) {
        for (let x = 0; x < WIDTH; x++) {
          const distance = border(polygon, x + 0.5, y + 0.5);
          if (Math.abs(distance - reach) < 1e-6) continue;
          const i = y * WIDTH + x;
          const inside = distance < reach || contains(toRow(polygon), x + 0.5, y + 0.5);
          const value = 255 * (0.3 + 0.4 * Math.max(0, 1 - distance / reach));
          if (thresholdMask[i] !== Number(inside) || Math.abs(threshold[i] - value) > 0.5001) wrong++;
        }
      }
      expect(wrong).toBe(0);
    }),
    { numRuns: 60 },
  );
});
