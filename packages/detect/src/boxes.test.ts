import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boxesFromMap } from './boxes.js';
import { findComponents, outerContour } from './components.js';
import {
  area,
  intersectionArea,
  offsetPolygon,
  type Polygon,
  perimeter,
  signedArea,
  visitRuns,
} from './geometry/index.js';

const box = (x: number, y: number, w: number, h: number): Polygon => [
  [x, y],
  [x + w, y],
  [x + w, y + h],
  [x, y + h],
];

function mapOf(picture: string): { map: Float32Array; width: number; height: number } {
  const rows = picture.trim().split(/\s+/);
  return {
    map: Float32Array.from(rows.join(''), (c) => (c === '#' ? 1 : 0)),
    width: rows[0].length,
    height: rows.length,
  };
}

function painted(width: number, height: number, polygons: readonly Polygon[], value = 0.9): Float32Array {
  const map = new Float32Array(width * height);
  for (const polygon of polygons) {
    visitRuns(polygon, width, height, (y, start, end) => map.fill(value, y * width + start, y * width + end));
  }
  return map;
}

describe('findComponents', () => {
  it('joins pixels that touch at a corner, and branches that meet further down', () => {
    const { map, width, height } = mapOf(`
      #..#.#.
      ##.#..#
      .###...
      ......#`);
    const components = findComponents(map, width, height, 0.5);
    expect(components.map((c) => c.reduce((n, r) => n + r.end - r.start, 0))).toEqual([8, 2, 1]);
  });

  it('agrees with flood filling', () => {
    const size = 12;
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: size * size, maxLength: size * size }), (bits) => {
        const map = Float32Array.from(bits, Number);
        const areas = findComponents(map, size, size, 0.5).map((c) =>
          c.reduce((n, r) => n + r.end - r.start, 0),
        );
        expect(areas.sort()).toEqual(floodFillAreas(bits, size).sort());
      }),
    );
  });

  it('never takes NaN for text', () => {
    expect(findComponents(new Float32Array(9).fill(Number.NaN), 3, 3, 0.3)).toEqual([]);
  });
});

describe('outerContour', () => {
  it('runs clockwise round the pixels and covers exactly them when there are no holes', () => {
    const { map, width, height } = mapOf(`
      ..##.
      ####.
      .#..#`);
    const [component] = findComponents(map, width, height, 0.5);
    const contour = outerContour(component);
    expect(signedArea(contour)).toBe(8);
    expect(painted(width, height, [contour], 1)).toEqual(map);
  });
});

describe('boxesFromMap', () => {
  it('finds a rotated bar again and grows it by area · ratio / perimeter', () => {
    const bar: Polygon = [
      [40, 30],
      [140, 50],
      [136, 70],
      [36, 50],
    ];
    const [found, ...rest] = boxesFromMap(painted(200, 100, [bar]), 200, 100, { unclipRatio: 1.5 });
    expect(rest).toEqual([]);
    expect(found.score).toBeGreaterThan(0.85);
    expect(found.score).toBeLessThanOrEqual(0.9 + 1e-6);
    const growth = (area(bar) * 1.5) / (2 * (Math.hypot(100, 20) + Math.hypot(4, 20)));
    const expected = area(bar) + 2 * growth * (Math.hypot(100, 20) + Math.hypot(4, 20)) + 4 * growth ** 2;
    expect(area(found.polygon) / expected).toBeGreaterThan(0.95);
    expect(area(found.polygon) / expected).toBeLessThan(1.08);
    expect(intersectionArea(found.polygon, bar) / area(bar)).toBeGreaterThan(0.98);
  });

  it.each([
    ['with the defaults, that of the default targets', 0.7, {}],
    ['that of the paper', 0.4, { shrinkRatio: 0.4 }],
  ])('undoes the shrinking of training targets, for thin and thick texts: %s', (_, ratio, options) => {
    for (const [w, h] of [
      [300, 100],
      [300, 40],
      [90, 80],
    ]) {
      const text = box(20, 20, w, h);
      const reach = (area(text) * (1 - ratio ** 2)) / perimeter(text);
      const map = painted(400, 200, offsetPolygon(text, -reach), 1);
      const [found] = boxesFromMap(map, 400, 200, options);
      for (const [i, [x, y]] of found.polygon.entries()) {
        expect(Math.abs(x - text[i][0])).toBeLessThan(2.5);
        expect(Math.abs(y - text[i][1])).toBeLessThan(2.5);
      }
    }
  });

  it('follows a bent text when asked for polygons', () => {
    const bend: Polygon = [
      [10, 10],
      [90, 10],
      [90, 80],
      [70, 80],
      [70, 30],
      [10, 30],
    ];
    const map = painted(100, 100, [bend]);
    const [quad] = boxesFromMap(map, 100, 100, { unclipRatio: 0 });
    const [polygon] = boxesFromMap(map, 100, 100, { unclipRatio: 0, output: 'polygon' });
    expect(quad.polygon).toHaveLength(4);
    expect(area(polygon.polygon)).toBeCloseTo(area(bend), -2);
    expect(area(quad.polygon)).toBeGreaterThan(area(bend) * 1.5);
  });

  it('drops what is small or faint, and keeps the best when there are too many', () => {
    const map = painted(100, 100, [box(10, 10, 30, 2), box(10, 20, 30, 8)]);
    for (const [i, value] of painted(100, 100, [box(10, 40, 30, 8)], 0.35).entries()) map[i] += value;
    for (const [i, value] of painted(100, 100, [box(10, 60, 30, 8)], 0.6).entries()) map[i] += value;
    const tops = (found: { polygon: Polygon }[]) =>
      found.map(({ polygon }) => Math.round(polygon[0][1] / 10) * 10);
    const options = { threshold: 0.3, unclipRatio: 0, minSize: 3 };
    expect(tops(boxesFromMap(map, 100, 100, options))).toEqual([20, 60]);
    expect(tops(boxesFromMap(map, 100, 100, { ...options, minSize: 1, boxThreshold: 0.3 }))).toEqual([
      10, 20, 40, 60,
    ]);
    expect(
      tops(boxesFromMap(map, 100, 100, { ...options, minSize: 1, boxThreshold: 0.3, maxCandidates: 2 })),
    ).toEqual([10, 20]);
  });

  it('keeps boxes inside the map', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 300, maxLength: 300 }),
        (values) => {
          for (const output of ['quad', 'polygon'] as const) {
            const options = { output, minSize: 1, boxThreshold: 0.2, threshold: 0.5 };
            for (const { polygon, score } of boxesFromMap(Float32Array.from(values), 20, 15, options)) {
              expect(score).toBeGreaterThanOrEqual(0.2);
              expect(polygon.every(([x, y]) => x >= 0 && x <= 20 && y >= 0 && y <= 15)).toBe(true);
            }
          }
        },
      ),
    );
  });

  it('finds nothing in an empty map and one box in a full one', () => {
    expect(boxesFromMap(new Float32Array(400), 20, 20)).toEqual([]);
    expect(boxesFromMap(new Float32Array(400).fill(1), 20, 20)).toEqual([
      { polygon: box(0, 0, 20, 20), score: 1 },
    ]);
  });
});

function floodFillAreas(bits: readonly boolean[], size: number): number[] {
  const open = new Set(bits.flatMap((bit, i) => (bit ? [i] : [])));
  const areas: number[] = [];
  for (const seed of open) {
    const queue = [seed];
    open.delete(seed);
    let count = 0;
    for (let i = queue.pop(); i !== undefined; i = queue.pop()) {
      count++;
      const [x, y] = [i % size, Math.floor(i / size)];
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          const [nx, ny] = [x + dx, y + dy];
          if (nx < 0 || ny < 0 || nx >= size || ny >= size) continue;
          if (open.delete(ny * size + nx)) queue.push(ny * size + nx);
        }
      }
    }
    areas.push(count);
  }
  return areas;
}
