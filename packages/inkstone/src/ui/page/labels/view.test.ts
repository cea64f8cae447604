import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lookingAt, panned, showing, toPicture, toStage, whole, zoomed } from './view.js';

const STAGE = { width: 800, height: 500 };
const PICTURE = { width: 3000, height: 4000 };
const point = fc.tuple(fc.integer({ min: 0, max: 800 }), fc.integer({ min: 0, max: 500 }));

describe('the view on a picture', () => {
  it('shows all of it in the middle at first', () => {
    const view = whole(STAGE, PICTURE);
    const [left, top] = toStage(view, [0, 0]);
    const [right, bottom] = toStage(view, [3000, 4000]);
    expect([left + right, top + bottom]).toEqual([800, 500]);
    expect(top).toBeGreaterThan(0);
  });

  it('leaves the point under the pointer where it is, while it zooms inside of the picture', () => {
    fc.assert(
      fc.property(point, fc.double({ min: 1, max: 8, noNaN: true }), (at, factor) => {
        const view = { scale: 0.5, x: -300, y: -600 };
        const before = toPicture(view, at);
        const after = toPicture(zoomed(view, factor, at, STAGE, PICTURE), at);
        expect(after[0]).toBeCloseTo(before[0], 6);
        expect(after[1]).toBeCloseTo(before[1], 6);
      }),
    );
  });

  it('never loses the picture, however far it is drawn or zoomed', () => {
    const far = fc.integer({ min: -1e5, max: 1e5 });
    fc.assert(
      fc.property(
        far,
        far,
        fc.double({ min: 0.001, max: 1000, noNaN: true }),
        point,
        (dx, dy, factor, at) => {
          const moved = panned(whole(STAGE, PICTURE), dx, dy, STAGE, PICTURE);
          const view = zoomed(moved, factor, at, STAGE, PICTURE);
          const [x, y] = toPicture(view, [STAGE.width / 2, STAGE.height / 2]);
          expect(x).toBeGreaterThanOrEqual(-1e-6);
          expect(x).toBeLessThanOrEqual(3000 + 1e-6);
          expect(y).toBeGreaterThanOrEqual(-1e-6);
          expect(y).toBeLessThanOrEqual(4000 + 1e-6);
          expect(view.scale).toBeLessThanOrEqual(16);
        },
      ),
    );
  });

  it('brings a point into view, and moves nothing for one that is seen', () => {
    const view = { scale: 1, x: 0, y: 0 };
    expect(showing(view, [100, 100], STAGE, PICTURE)).toBe(view);
    expect(toStage(showing(view, [2000, 3000], STAGE, PICTURE), [2000, 3000])).toEqual([400, 250]);
    const box = { minX: 1000, minY: 1000, maxX: 1100, maxY: 1020 };
    expect(toStage(lookingAt(box, STAGE, PICTURE), [1050, 1010])).toEqual([400, 250]);
  });
});
