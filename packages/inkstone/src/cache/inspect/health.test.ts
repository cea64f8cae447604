import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { CacheConfigInput } from '../config.js';
import { CacheManager, type CacheOpenOptions } from '../manager.js';
import { Statistics } from '../statistics.js';
import type { CacheEntry } from '../types.js';
import { healthToJson } from './health.js';

let root: string;
let lines: string[];
beforeEach(() => {
  root = fs.mkdtempSync(join(tmpdir(), 'health-'));
  lines = [];
});
afterEach(() => fs.rmSync(root, { recursive: true }));

const open = (config: CacheConfigInput = {}, options: Partial<CacheOpenOptions> = {}) =>
  CacheManager.open({
    scope: 'receipts/val',
    description: {},
    levels: { image: {}, tensor: {} },
    version: 'e88150e7',
    log: (line) => lines.push(line),
    ...options,
    config: { root: join(root, 'cache'), ...config },
  });

const entry = async (): Promise<CacheEntry> => ({
  dtype: 'uint8',
  shape: [1000],
  data: new Uint8Array(1000),
});

async function read(cache: CacheManager, keys: number): Promise<void> {
  for (let key = 0; key < keys; key++) await cache.getOrFill('tensor', String(key), entry);
}

const warnings = () => lines.filter((line) => line.startsWith('⚠'));

it('hits, misses and rates are counted, and looking changes nothing', async () => {
  const cache = await open();
  await read(cache, 50);
  for (let i = 0; i < 5; i++) await read(cache, 50);
  const health = cache.getCacheHealth();
  expect(cache.getCacheHealth()).toEqual(health);
  expect(healthToJson(health)).toMatchObject({
    cache_version: 'e88150e7',
    levels: { image: { disk: { entries: 0 } }, tensor: { disk: { entries: 50 }, diskHits: 250, misses: 50 } },
    total_cache_entries: 50,
    cache_hits: 250,
    cache_misses: 50,
    total_accesses: 300,
    hit_rate_percent: (100 * 250) / 300,
    recent: { accesses: 300, hit_rate_percent: (100 * 250) / 300 },
    fill_latency_ms: { count: 50 },
  });
  expect(health.recent.accesses).toBe(300);
  expect(health.readLatencyMs.count).toBe(250);
  expect(health.fillLatencyMs.p50).toBeGreaterThan(0);
  expect(health.fillLatencyMs.p99).toBeGreaterThanOrEqual(health.fillLatencyMs.p50);
});

it('a cold start is told once and is no warning', async () => {
  const cache = await open();
  await read(cache, 350);
  expect(warnings()).toEqual([]);
  expect(lines.filter((line) => line.includes('cold start'))).toHaveLength(1);
});

it('a cache smaller than its data set is a sick one: the warning says why and what helps', async () => {
  const cache = await open({ max_bytes: { disk: 50_000 } });
  for (let epoch = 0; epoch < 2; epoch++) await read(cache, 150);
  expect(warnings()[0]).toMatch(/^⚠ LOW CACHE HIT RATE: \d+\.\d% \(\d+ accesses\)$/);
  const at = lines.indexOf(warnings()[0]!);
  expect(lines[at + 1]).toContain('smaller than the data set');
  expect(lines[at + 2]).toContain('raise cache_config.max_bytes.disk (now 50000)');
});

it('keys that never repeat are noticed where the number of samples is known', async () => {
  const cache = await open({}, { levels: { tensor: { expected: 50 } } });
  for (let epoch = 0; epoch < 4; epoch++) {
    for (let key = 0; key < 50; key++) await cache.getOrFill('tensor', `${key} at ${epoch}`, entry);
  }
  expect(warnings()).toEqual([
    '⚠ LOW CACHE HIT RATE: 0.0% (100 accesses)',
    '⚠ LOW CACHE HIT RATE: 0.0% (200 accesses)',
  ]);
  expect(lines.join()).toContain('keys are not stable');
});

it('threads that attach count together', async () => {
  const cache = await open();
  const other = CacheManager.attach(cache.handle, () => {});
  await read(cache, 10);
  await read(other, 10);
  expect(other.getCacheHealth().cacheHits).toBe(10);
  expect(cache.getCacheHealth().cacheHits).toBe(10);
});

it('statistics are logged every n accesses', async () => {
  const cache = await open({ log_statistics_every_n: 10 });
  await read(cache, 10);
  await read(cache, 10);
  expect(lines.filter((line) => line.includes('accesses,'))).toEqual([
    '[INFO] Cache: 10 accesses, 0 hits (0.0%)',
    '[INFO] Cache: 20 accesses, 10 hits (50.0%)',
  ]);
});

it('percentiles are exact within a bucket', () => {
  const statistics = new Statistics([]);
  for (let i = 1; i <= 1000; i++) statistics.time('read', i / 10);
  const { p50, p95, p99 } = statistics.percentiles('read');
  for (const [found, truth] of [
    [p50, 50],
    [p95, 95],
    [p99, 99],
  ]) {
    expect(Math.abs(found! / truth! - 1)).toBeLessThan(0.05);
  }
});
