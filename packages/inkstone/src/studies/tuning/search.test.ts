import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { searchSettings } from './search.js';

interface Point {
  readonly x: number;
  readonly y: number;
}

const values = [0, 1, 2, 3, 4, 5];
const AXES = [values.map((x) => ({ x })), values.map((y) => ({ y }))];
const higher = (one: number, other: number) => one > other;

describe('searchSettings', () => {
  it('finds the top of a hill whose ridge runs across both axes', async () => {
    const hill = async ({ x, y }: Point) => -((x - 4) ** 2 + (y - 3) ** 2 + 0.5 * (x - 4) * (y - 3));
    const { first, best } = await searchSettings({ x: 0, y: 0 }, AXES, hill, higher);
    expect(first).toEqual({ settings: { x: 0, y: 0 }, result: -31 });
    expect(best.settings).toEqual({ x: 4, y: 3 });
  });

  it('is never worse than the start nor than any single change, and looks at nothing twice', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer(), { minLength: 36, maxLength: 36 }), async (heights) => {
        const at = ({ x, y }: Point) => heights[6 * y + x]!;
        const seen: string[] = [];
        const look = async (point: Point) => {
          seen.push(JSON.stringify(point));
          return at(point);
        };
        const { first, best, looked } = await searchSettings({ x: 2, y: 2 }, AXES, look, higher);
        expect(best.result).toBeGreaterThanOrEqual(first.result);
        for (const change of AXES.flat()) {
          expect(at({ ...best.settings, ...change })).toBeLessThanOrEqual(best.result);
        }
        expect(new Set(seen).size).toBe(seen.length);
        expect(looked).toBe(seen.length);
      }),
    );
  });
});
