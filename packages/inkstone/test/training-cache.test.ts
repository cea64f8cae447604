/** Training sees the same samples whatever the cache does: the weights at the end are the same, bit for bit. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CacheHealth } from '../src/cache/index.js';
import { loadRunConfig, train } from '../src/runs/index.js';
import { Terminal } from '../src/tracking/index.js';
import { writeIcdar } from './receipt-folder.js';
import { hasRedis, RedisServer } from './redis-server.js';

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'training-cache-'));
  const samples = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, i) => ({ id: `${prefix}${i}`, width: 128, height: 96 + 8 * i }));
  await writeIcdar(join(folder, 'data'), 'train', samples('t', 4));
  await writeIcdar(join(folder, 'data'), 'val', samples('v', 1));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Trains two epochs; returns the weights' bytes, the caches' health and the log. */
async function run(name: string, ...overrides: string[]) {
  const { config } = loadRunConfig({
    overrides: [
      'data=icdar',
      `data.root=${join(folder, 'data')}`,
      `runs_dir=${join(folder, 'runs')}`,
      `exp_name=${name}`,
      'data.size=64',
      'data.num_workers=0',
      'batch_size=2',
      'trainer.max_epochs=2',
      `data.cache_config.root=${join(folder, 'cache')}`,
      ...overrides,
    ],
  });
  const output = new PassThrough();
  const { folder: runFolder, summary } = await train(config, {
    terminal: new Terminal(output as unknown as NodeJS.WriteStream),
  });
  const weights = readFileSync(join(runFolder, 'checkpoints', 'last.safetensors'));
  const cache = summary.cache as Record<
    string,
    { cache_hits: number; cache_misses: number; levels: CacheHealth['levels'] }
  >;
  return { weights, cache, log: String(output.read()) };
}

const everything = ['data/performance_preset=validation_optimized', 'data.cache_splits=[train,val]'];
const flipsOnly = ['rotate', 'scale', 'color', 'blur'].map((name) => `data.augment.${name}.probability=0`);

it('the cache off, cold and warm: the same weights', async () => {
  const off = await run('off', 'data/performance_preset=none', ...flipsOnly);
  const cold = await run('cold', ...everything, ...flipsOnly);
  const warm = await run('warm', ...everything, ...flipsOnly);
  expect(cold.weights.equals(off.weights)).toBe(true);
  expect(warm.weights.equals(off.weights)).toBe(true);
  expect(off.cache).toEqual({});
  expect(cold.cache.train!.cache_misses).toBeGreaterThan(0);
  expect(warm.cache.train).toMatchObject({ cache_misses: 0, hit_rate_percent: 100 });
  expect(warm.log).toContain('[INFO] Cache initialized with version: e88150e7');
});

it('load_maps turned on over an existing cache: no silent fallback, maps come from the cache in later epochs', async () => {
  const fresh = [...everything, ...flipsOnly, `data.cache_config.root=${join(folder, 'other-cache')}`];
  const before = await run('maps-off', ...fresh, 'data.load_maps=false');
  const after = await run('maps-on', ...fresh, 'data.load_maps=true', 'trainer.max_epochs=3');
  expect(after.log).toContain('load_maps false → true');
  const { maps } = after.cache.train!.levels;
  expect(maps).toMatchObject({ misses: 4, diskHits: 8 });
  expect(before.cache.train!.cache_hits).toBeGreaterThan(0);
});

it.skipIf(!hasRedis)('a host that joins computes nothing that another one did', async () => {
  const server = await RedisServer.start();
  try {
    const on = (host: string, ...words: string[]) =>
      run(
        host,
        `data.cache_config.root=${join(folder, host)}`,
        `data.cache_config.shared.url=${server.url}`,
        ...words,
      );
    const off = await run('alone', 'data/performance_preset=none');
    const first = await on('first');
    const second = await on('second', 'data.num_workers=2');
    expect(first.cache.train!.cache_misses).toBeGreaterThan(0);
    for (const split of ['train', 'val']) expect(second.cache[split]!.cache_misses).toBe(0);
    expect([first.weights.equals(off.weights), second.weights.equals(off.weights)]).toEqual([true, true]);
  } finally {
    await server.kill();
  }
});
