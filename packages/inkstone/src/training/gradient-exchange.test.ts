import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { Group } from '../distributed/index.js';
import { joinBySockets } from '../distributed/socket-link.js';
import { Parameter, persistent, setBackend, Tensor } from '../tensor/index.js';
import { GradientExchange } from './gradient-exchange.js';
import { GradientSum } from './gradient-sum.js';

beforeAll(() => setBackend('native'));

/** Some share a bucket, one is longer than any; no loss reaches the second. */
const LENGTHS = [70_000, 10, 300_001, 1, 130_000, 120_000];
const UNREACHED = 1;
const RANKS = 4;
const TIMEOUT = 60;

/** Of sums that depend on the order in which they are made. */
const gradientAt = (rank: number, parameter: number, at: number) =>
  Math.fround(Math.sin(1 + 7 * rank + 31 * parameter + at) * 10 ** ((at + rank) % 7));

function sumWith(ranks: readonly number[]): GradientSum {
  const sum = new GradientSum(LENGTHS.map((length) => new Parameter(new Float32Array(length), [length])));
  for (const rank of ranks) {
    for (const [index, parameter] of sum.parameters.entries()) {
      if (index === UNREACHED) continue;
      const values = Float32Array.from({ length: parameter.length }, (_, at) => gradientAt(rank, index, at));
      parameter.grad = persistent(() => Tensor.from(values, parameter.shape));
      sum.add(parameter, rank);
    }
  }
  return sum;
}

const bitsOf = (sum: GradientSum) => {
  sum.give();
  return sum.parameters.map(
    ({ grad }) => grad && Buffer.from(Float32Array.from(grad.read()).buffer).toString('base64'),
  );
};

it('buckets leave as they become final, in whatever order that is, and sum up to the bits of one process', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'exchange-'));
  try {
    const all = Array.from({ length: RANKS }, (_, rank) => rank);
    const expected = bitsOf(sumWith(all));
    expect(expected[UNREACHED]).toBeUndefined();
    const results = await Promise.all(
      all.map(async (rank) => {
        const group = new Group(await joinBySockets({ folder, rank, size: RANKS }, TIMEOUT), TIMEOUT);
        const sum = sumWith([rank]);
        const exchange = new GradientExchange(group, sum, 'fp32');
        // One begins at the end, as backward does, one at the beginning, and one sends nothing before it has to.
        const order = [sum.parameters.toReversed(), sum.parameters, [], sum.parameters.slice(2)][rank]!;
        const underWay = order.map((parameter) => exchange.noteFinal(parameter));
        if (rank === 0) expect(underWay.slice(0, 3)).toEqual([false, false, true]);
        exchange.flush();
        await exchange.reduce();
        await exchange.gather();
        await group.close();
        return bitsOf(sum);
      }),
    );
    for (const bits of results) expect(bits).toEqual(expected);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
