import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TreeSum } from './tree-sum.js';

/** Shows the order of a sum as brackets. */
const brackets = () => new TreeSum<string>((left, right) => `(${left} ${right})`);

function sumOf(places: readonly number[]): string | undefined {
  const sum = brackets();
  for (const place of places) sum.add(place, String(place));
  return sum.finish();
}

/** The same tree from its definition: a node is the sum of its two halves. */
function fromAbove(places: readonly number[], first: number, size: number): string | undefined {
  if (size === 1) return places.includes(first) ? String(first) : undefined;
  const half = size / 2;
  const [left, right] = [fromAbove(places, first, half), fromAbove(places, first + half, half)];
  return left !== undefined && right !== undefined ? `(${left} ${right})` : (left ?? right);
}

const someOf16 = fc.uniqueArray(fc.integer({ min: 0, max: 15 })).map((all) => all.sort((a, b) => a - b));

describe('TreeSum', () => {
  it('adds neighbours, then pairs of neighbours', () => {
    expect(sumOf([0, 1])).toBe('(0 1)');
    expect(sumOf([0, 1, 2, 3])).toBe('((0 1) (2 3))');
    expect(sumOf([0, 1, 2, 3, 4, 5])).toBe('(((0 1) (2 3)) (4 5))');
  });

  it('has no sum of nothing, and begins anew after each', () => {
    const sum = brackets();
    expect(sum.finish()).toBeUndefined();
    sum.add(0, 'a');
    expect(sum.finish()).toBe('a');
    expect(sum.finish()).toBeUndefined();
  });

  it('is the tree of its definition, whatever places are empty', () => {
    fc.assert(
      fc.property(someOf16, (places) => {
        expect(sumOf(places)).toBe(fromAbove(places, 0, 16));
      }),
    );
  });

  it('is the same when parts of a power of two are summed apart', () => {
    fc.assert(
      fc.property(someOf16, fc.constantFrom(1, 2, 4, 8), (places, size) => {
        const whole = brackets();
        for (let part = 0; part < 16 / size; part++) {
          const own = sumOf(places.filter((place) => Math.floor(place / size) === part));
          if (own !== undefined) whole.add(part, own);
        }
        expect(whole.finish()).toBe(sumOf(places));
      }),
    );
  });

  it('holds few partial sums at a time', () => {
    let held = 0;
    let most = 0;
    const sum = new TreeSum<number>((left, right) => {
      held--;
      return left + right;
    });
    for (let place = 0; place < 1024; place++) {
      sum.add(place, 1);
      most = Math.max(most, ++held);
    }
    expect(sum.finish()).toBe(1024);
    expect(most).toBeLessThanOrEqual(12);
  });
});
