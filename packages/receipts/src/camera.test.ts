import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Camera, rectangleTo } from './camera.js';

const shift = fc.double({ min: -25, max: 25, noNaN: true });
const flat = { rise: 0, riseRate: 0, risePhase: 0, sway: 0, swayRate: 0, swayPhase: 0 };

describe('Camera', () => {
  it('takes the corners of the paper to the corners asked for', () => {
    fc.assert(
      fc.property(fc.array(shift, { minLength: 8, maxLength: 8 }), (d) => {
        const corners = [
          [d[0], d[1]],
          [400 + d[2], d[3]],
          [400 + d[4], 700 + d[5]],
          [d[6], 700 + d[7]],
        ] as const;
        const camera = new Camera(flat, rectangleTo(corners, 200, 350));
        const paper = [
          [0, 0],
          [200, 0],
          [200, 350],
          [0, 350],
        ] as const;
        paper.forEach((point, i) => {
          const [x, y] = camera.toImage(point);
          expect(x).toBeCloseTo(corners[i][0], 6);
          expect(y).toBeCloseTo(corners[i][1], 6);
        });
      }),
    );
  });

  it('finds a flat rectangle exactly, and a waved one as far off as its waves are high', () => {
    const corners = [
      [10, 20],
      [410, 20],
      [410, 720],
      [10, 720],
    ] as const;
    const region = [
      [50, 50],
      [150, 50],
      [150, 70],
      [50, 70],
    ] as const;
    const straight = new Camera(flat, rectangleTo(corners, 200, 350)).quad(region);
    const expected = [
      [110, 120],
      [310, 120],
      [310, 160],
      [110, 160],
    ];
    straight.forEach(([x, y], i) => {
      expect(x).toBeCloseTo(expected[i][0], 6);
      expect(y).toBeCloseTo(expected[i][1], 6);
    });
    const waved = new Camera({ ...flat, rise: 2, riseRate: 0.02 }, rectangleTo(corners, 200, 350)).quad(
      region,
    );
    // Waves of 2 points are 4 pixels high here; between its ends a regression line leaves a bow by less than that.
    waved.forEach(([x, y], i) => {
      const away = Math.hypot(x - expected[i][0], y - expected[i][1]);
      expect(away).toBeGreaterThan(1);
      expect(away).toBeLessThan(8);
    });
  });

  it('moves and scales with its frame', () => {
    const camera = new Camera(
      flat,
      rectangleTo(
        [
          [0, 0],
          [100, 4],
          [96, 90],
          [3, 88],
        ],
        50,
        50,
      ),
    );
    const [x, y] = camera.toImage([20, 30]);
    const [fx, fy] = camera.framed(5, -7, 2).toImage([20, 30]);
    expect(fx).toBeCloseTo(2 * (x - 5), 6);
    expect(fy).toBeCloseTo(2 * (y + 7), 6);
  });
});
