import fc from 'fast-check';
import { PAD_RGB, type RgbImage } from 'inkstone-detect';
import type { Polygon } from 'inkstone-detect/geometry';
import { describe, expect, it } from 'vitest';
import type { TextInstance } from '../../labels/index.js';
import { packMaps, placePacked, unpackMaps } from '../packed-maps.js';
import { makeTargetMaps, targetsSchema } from '../targets.js';
import { blurImage } from './blur.js';
import { jitterColor } from './color.js';
import { augmentSchema, drawLayout, paint } from './index.js';
import { placeImage, warpAffine } from './pixels.js';
import { type Affine, compose, drawPlacement, placeInstances, transformPolygon } from './placement.js';

const NONE = augmentSchema.parse({
  flip: { probability: 0 },
  rotate: { probability: 0, degrees: 0 },
  scale: { probability: 0, min: 1, max: 1 },
});
const ALWAYS = augmentSchema.parse({
  flip: { probability: 0.5 },
  rotate: { probability: 1, degrees: 10 },
  scale: { probability: 1, min: 0.5, max: 2 },
});

const text = (polygon: Polygon): TextInstance => ({ polygon, transcript: 'A', ignore: false });
const box = (left: number, top: number, right: number, bottom: number) =>
  text([
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ]);

/** An image whose every pixel is different. */
function noise(width: number, height: number): RgbImage {
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 7919) >> 3) };
}

/** Dark on light, where the polygon is. */
function drawn(
  width: number,
  height: number,
  left: number,
  top: number,
  right: number,
  bottom: number,
): RgbImage {
  const data = new Uint8Array(width * height * 3).fill(240);
  for (let y = top; y < bottom; y++) data.fill(20, (y * width + left) * 3, (y * width + right) * 3);
  return { width, height, data };
}

const pixel = ({ data, width }: RgbImage, x: number, y: number) => [
  ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];

describe('placement', () => {
  const source = { width: 120, height: 80, instances: [box(20, 20, 80, 40)] };

  it('without augmentation, the sample is the source', () => {
    const placement = drawPlacement(source, NONE, 120, [1, 2, 3]);
    expect(placement).toMatchObject({ width: 120, height: 80, exact: { flip: false, left: 0, top: 0 } });
    expect(placement.matrix.map((v) => v + 0)).toEqual([1, 0, 0, 0, 1, 0]);
  });

  it('depends on seed, epoch and sample, and on nothing else', () => {
    const draw = (...key: number[]) => drawPlacement(source, ALWAYS, 120, key);
    expect(draw(1, 2, 3)).toEqual(draw(1, 2, 3));
    for (const other of [draw(2, 2, 3), draw(1, 3, 3), draw(1, 2, 4)])
      expect(other).not.toEqual(draw(1, 2, 3));
  });

  it('pixels and polygons move together: the bar is dark inside its polygon and paper around it', () => {
    const image = drawn(120, 80, 20, 20, 80, 40);
    for (let epoch = 0; epoch < 40; epoch++) {
      const placement = drawPlacement(source, ALWAYS, 120, [1, epoch, 0]);
      const placed = placeImage(image, placement);
      const inside = (x: number, y: number) => {
        const [[px, py]] = transformPolygon([[x, y]], placement.matrix);
        if (px < 1 || py < 1 || px >= placed.width - 1 || py >= placed.height - 1) return null;
        return pixel(placed, Math.floor(px), Math.floor(py))[0];
      };
      for (const x of [24, 50, 76]) expect(inside(x, 30) ?? 20).toBeLessThan(60);
      for (const x of [14, 86]) expect(inside(x, 30) ?? 240).toBeGreaterThan(200);
      for (const y of [14, 46]) expect(inside(50, y) ?? 240).toBeGreaterThan(200);
    }
  });

  it('a crop keeps texts whole where it can, and ignores what it must cut', () => {
    const lines = Array.from({ length: 6 }, (_, i) => box(5, 10 + 30 * i, 95, 20 + 30 * i));
    const tall = { width: 100, height: 200, instances: lines };
    const augment = { ...NONE, crop: { size: 100, attempts: 30 } };
    for (let epoch = 0; epoch < 30; epoch++) {
      const placement = drawPlacement(tall, augment, 200, [0, epoch, 0]);
      expect([placement.width, placement.height]).toEqual([100, 100]);
      const placed = placeInstances(lines, placement);
      expect(placed.length).toBeGreaterThan(0);
      expect(placed.every(({ ignore }) => !ignore)).toBe(true);
    }
    const one = { width: 100, height: 200, instances: [box(5, 5, 95, 195)] };
    const [cut] = placeInstances(one.instances, drawPlacement(one, augment, 200, [0, 0, 0]));
    expect(cut.ignore).toBe(true);
    expect(Math.max(...cut.polygon.map(([, y]) => y))).toBeLessThanOrEqual(100);
  });

  it('an exact placement of pixels and maps is the same as flipping and cutting by hand', () => {
    const image = noise(50, 40);
    const placement = {
      matrix: [-1, 0, 40, 0, 1, -5] as Affine,
      width: 30,
      height: 20,
      exact: { flip: true, left: 10, top: 5 },
    };
    const placed = placeImage(image, placement);
    const maps = makeTargetMaps([box(5, 5, 45, 30)], 50, 40, targetsSchema.parse({}));
    const placedMaps = unpackMaps(placePacked(packMaps(maps, 50, 40), placement));
    for (let y = 0; y < 20; y++) {
      for (let x = 0; x < 30; x++) {
        const [[fromX, fromY]] = [[49 - (x + 10), y + 5]];
        expect(pixel(placed, x, y)).toEqual(pixel(image, fromX, fromY));
        expect(placedMaps.threshold[y * 30 + x]).toBe(maps.threshold[fromY * 50 + fromX]);
      }
    }
    expect(warpAffine(image, placement.matrix, 30, 20)).toEqual(placed.data);
  });

  it('drawn placements that call themselves exact are', () => {
    const image = noise(120, 80);
    const augment = { ...NONE, flip: { probability: 0.5 }, crop: { size: 60, attempts: 5 } };
    for (let epoch = 0; epoch < 20; epoch++) {
      const placement = drawPlacement({ ...source, instances: [] }, augment, 120, [3, epoch, 1]);
      expect(placement.exact).not.toBeNull();
      expect(placeImage(image, placement).data).toEqual(
        warpAffine(image, placement.matrix, placement.width, placement.height),
      );
    }
  });
});

describe('random transforms', () => {
  it('each draws for itself: switching one off changes nothing that the others draw', () => {
    const still = augmentSchema.parse({ ...ALWAYS, rotate: { probability: 0 } });
    for (let epoch = 0; epoch < 20; epoch++) {
      const { angle, ...rest } = drawLayout(ALWAYS, [1, epoch, 0]);
      expect(angle).not.toBe(0);
      expect(drawLayout(still, [1, epoch, 0])).toEqual({ angle: 0, ...rest });
    }
    const blur = { probability: 1, max_sigma: 2 };
    const both = augmentSchema.parse({ color: { probability: 1 }, blur });
    const colorOnly = augmentSchema.parse({ color: { probability: 1 } });
    const blurOnly = augmentSchema.parse({ color: { probability: 0 }, blur });
    const [painted, inTurn] = [noise(20, 10), noise(20, 10)];
    paint(painted, both, [1, 2, 4]);
    paint(inTurn, colorOnly, [1, 2, 4]);
    expect(inTurn.data).not.toEqual(painted.data);
    paint(inTurn, blurOnly, [1, 2, 4]);
    expect(inTurn.data).toEqual(painted.data);
    expect(painted.data).not.toEqual(noise(20, 10).data);
  });

  it('with a probability of 0 they leave the sample as it is', () => {
    const off = augmentSchema.parse({ ...NONE, color: { probability: 0 }, blur: { probability: 0 } });
    const image = noise(20, 10);
    paint(image, off, [1, 2, 3]);
    expect(image.data).toEqual(noise(20, 10).data);
    expect(drawLayout(off, [1, 2, 3])).toEqual({ mirrored: false, angle: 0, scale: 1 });
  });
});

describe('pixels', () => {
  it('outside the source is padding', () => {
    const out = warpAffine(noise(10, 10), [1, 0, 5, 0, 1, 0], 20, 10);
    expect([...out.subarray(0, 3)]).toEqual([...PAD_RGB]);
    expect([...out.subarray(17 * 3, 17 * 3 + 3)]).toEqual([...PAD_RGB]);
  });

  it('compose: first the inner map, then the outer', () => {
    const number = fc.double({ min: -3, max: 3, noNaN: true });
    const affine = fc.tuple(number, number, number, number, number, number);
    fc.assert(
      fc.property(affine, affine, (outer, inner) => {
        const point: Polygon = [[1.5, -2]];
        const [[x, y]] = transformPolygon(point, compose(outer, inner));
        const [[u, v]] = transformPolygon(transformPolygon(point, inner), outer);
        expect(x).toBeCloseTo(u, 6);
        expect(y).toBeCloseTo(v, 6);
      }),
    );
  });

  it('colour: factors of one change nothing, brightness scales, no saturation is grey, values stay in range', () => {
    const image = noise(20, 10);
    const before = image.data.slice();
    jitterColor(image, 1, 1, 1);
    expect(image.data).toEqual(before);
    jitterColor(image, 0.5, 1, 1);
    expect(Math.max(...image.data.map((v, i) => Math.abs(v - before[i] / 2)))).toBeLessThan(1);
    jitterColor(image, 1, 1, 0);
    for (let i = 0; i < image.data.length; i += 3)
      expect(new Set(image.data.subarray(i, i + 3)).size).toBe(1);
    jitterColor(image, 100, 1, 1);
    expect(image.data.every((v) => v === 255 || v === 0)).toBe(true);
  });

  it('blur: flat stays flat, brightness is kept, a step becomes a slope, sigma 0 changes nothing', () => {
    const flat = { width: 9, height: 7, data: new Uint8Array(9 * 7 * 3).fill(77) };
    blurImage(flat, 1.3);
    expect(flat.data.every((v) => v === 77)).toBe(true);
    const step = drawn(40, 20, 0, 0, 20, 20);
    blurImage(step, 1);
    const row = Array.from({ length: 40 }, (_, x) => pixel(step, x, 10)[0]);
    expect(row).toEqual([...row].sort((a, b) => a - b));
    expect([row[0], row[39]]).toEqual([20, 240]);
    expect(row[19] + row[20]).toBeCloseTo(260, -0.5);
    const image = noise(20, 10);
    const before = image.data.slice();
    blurImage(image, 0);
    expect(image.data).toEqual(before);
  });
});
