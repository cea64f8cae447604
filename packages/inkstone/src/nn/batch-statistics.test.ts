import { beforeAll, expect, it } from 'vitest';
import { setBackend, Tensor, tidy } from '../tensor/index.js';
import { BatchStatistics } from './batch-statistics.js';
import { Sequential } from './containers.js';
import { BatchNorm2d, Conv2d, freezeNorms } from './layers.js';
import { manualSeed } from './random.js';

beforeAll(() => setBackend('native'));

const SHAPE = [2, 4, 4, 1];
const see = (network: Sequential, batch: number) =>
  tidy(() => {
    network.call(
      Tensor.from(
        Float32Array.from({ length: 32 }, (_, i) => Math.sin(batch + 7 * i)),
        SHAPE,
      ),
    );
  });
const network = (seed = 1) => {
  manualSeed(seed);
  return new Sequential(new Conv2d(1, 3, { kernel: 3 }), new BatchNorm2d(3), new BatchNorm2d(3));
};
const values = (module: Sequential) => [...module.stateDict()].map(([name, { data }]) => [name, [...data]]);

it('statistics taken in later, seen in another order or by another process, are the same to the last bit', () => {
  const whole = network();
  for (const batch of [0, 1, 2, 3]) see(whole, batch);

  const [even, odd] = [network(), network()];
  const [left, right] = [new BatchStatistics(even), new BatchStatistics(odd)];
  const seen = new Map<number, Float32Array>();
  for (const [part, statistics, batches] of [
    [odd, right, [3, 1]],
    [even, left, [0, 2]],
  ] as const) {
    for (const batch of batches) {
      see(part, batch);
      seen.set(batch, statistics.read());
    }
  }
  expect(values(even)).toEqual(values(network()));
  for (const statistics of [left, right])
    for (const batch of [0, 1, 2, 3]) statistics.takeIn(seen.get(batch)!);
  expect(values(even)).toEqual(values(whole));
  expect(values(odd)).toEqual(values(whole));

  left.dispose();
  see(even, 4);
  see(whole, 4);
  expect(values(even)).toEqual(values(whole));
});

it('leaves norms alone that keep their statistics', () => {
  const frozen = network();
  freezeNorms(frozen);
  expect(new BatchStatistics(frozen).read()).toHaveLength(0);
});
