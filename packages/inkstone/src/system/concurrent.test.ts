import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { mapConcurrent } from './concurrent.js';

describe('mapConcurrent', () => {
  it('gives results in the order of the items, whichever is done first', async () => {
    const results = await mapConcurrent([30, 1, 20, 5], 3, async (ms, index) => {
      await sleep(ms);
      return [ms, index];
    });
    expect(results).toEqual([
      [30, 0],
      [1, 1],
      [20, 2],
      [5, 3],
    ]);
  });

  it('works on as many items at once as it may, and on no more', async () => {
    let running = 0;
    const seen: number[] = [];
    await mapConcurrent(new Array(10).fill(0), 3, async () => {
      seen.push(++running);
      await sleep(2);
      running--;
    });
    expect(Math.max(...seen)).toBe(3);
  });

  it('has nothing to do without items', async () => {
    expect(await mapConcurrent([], 4, async (item) => item)).toEqual([]);
  });

  it('rejects with the first failure and takes no further item', async () => {
    const begun: number[] = [];
    const results = mapConcurrent([0, 1, 2, 3, 4, 5], 2, async (item) => {
      begun.push(item);
      await sleep(2);
      if (item === 1) throw new Error('no luck with 1');
    });
    await expect(results).rejects.toThrow('no luck with 1');
    await sleep(20);
    expect(begun).toEqual([0, 1, 2]);
  });
});
