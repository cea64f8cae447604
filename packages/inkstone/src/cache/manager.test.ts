import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { CacheConfigInput } from './config.js';
import { foldersIn } from './layout.js';
import { CacheManager, type CacheOpenOptions } from './manager.js';
import { sourceFact } from './sources.js';
import type { CacheEntry } from './types.js';

let root: string;
let lines: string[];

beforeEach(() => {
  root = fs.mkdtempSync(join(tmpdir(), 'cache-'));
  lines = [];
});
afterEach(() => fs.rmSync(root, { recursive: true }));

const folder = () => join(root, 'cache');

const open = (config: CacheConfigInput = {}, options: Partial<CacheOpenOptions> = {}) =>
  CacheManager.open({
    scope: 'receipts/train',
    description: { transforms: [{ name: 'resize', size: 640 }] },
    levels: { image: {}, tensor: {}, maps: { compression: 'lz4' } },
    log: (line) => lines.push(line),
    ...options,
    config: { root: folder(), ...config },
  });

const entry = (fillValue: number, length = 1000): CacheEntry => ({
  dtype: 'float32',
  shape: [length / 4],
  data: new Uint8Array(length).fill(fillValue),
  attributes: { width: 813, scale: 0.7871 },
});

/** A filler that counts its calls. */
const filler = (value: CacheEntry) => {
  const fill = async () => {
    fill.calls++;
    return { ...value, data: Uint8Array.from(value.data) };
  };
  fill.calls = 0;
  return fill;
};

it.each(['none', 'lz4', 'zstd'] as const)(
  'a cached value equals the filled one, compression %s',
  async (codec) => {
    const levels = { tensor: { compression: codec } };
    const fill = filler(entry(7));
    const fresh = await (await open({}, { levels })).getOrFill('tensor', 'a', fill);
    const cached = await (await open({}, { levels })).getOrFill('tensor', 'a', fill);
    expect(fill.calls).toBe(1);
    expect(cached).toStrictEqual(fresh);
    expect(cached.data).not.toBe(fresh.data);
  },
);

it.each([0, 2 ** 20])(
  'what a caller does with its value reaches nobody else (memory tier of %i bytes)',
  async (memory) => {
    const cache = await open({ max_bytes: { memory } });
    const fill = filler(entry(7));
    for (let i = 0; i < 3; i++) {
      const { data } = await cache.getOrFill('image', 'a', fill);
      expect(data[0]).toBe(7);
      data.fill(9);
    }
    expect(fill.calls).toBe(1);
  },
);

it.each([
  ['none', 0],
  ['none', 2 ** 20],
  ['lz4', 0],
  ['zstd', 0],
] as const)('a value lands in the slot it was given (%s, memory tier of %i bytes)', async (codec, memory) => {
  const cache = await open({ max_bytes: { memory } }, { levels: { image: { compression: codec } } });
  for (let i = 0; i < 3; i++) {
    const batch = new Uint8Array(new SharedArrayBuffer(3000)).fill(1);
    const slot = batch.subarray(1000, 2000);
    const { data, attributes } = await cache.getOrFill('image', 'a', filler(entry(7)), { into: slot });
    expect(data.buffer).toBe(batch.buffer);
    expect(attributes).toEqual({ width: 813, scale: 0.7871 });
    expect([batch[999], batch[1000], batch[1999], batch[2000]]).toEqual([1, 7, 7, 1]);
  }
});

it('a touched source costs its own entries and no others', async () => {
  const label = join(root, 'a.txt');
  fs.writeFileSync(label, 'old');
  const sources = () => ({ sources: [sourceFact(label)] });
  const a = filler(entry(1));
  const b = filler(entry(2));
  for (const text of ['old', 'newer', 'newer']) {
    if (fs.readFileSync(label, 'utf8') !== text) fs.writeFileSync(label, text);
    const cache = await open({}, { sources: { label: [sourceFact(label)] } });
    await cache.getOrFill('maps', 'a', a, sources());
    await cache.getOrFill('maps', 'b', b);
  }
  expect([a.calls, b.calls]).toEqual([2, 1]);
  expect(lines.filter((line) => line.includes('changed'))).toEqual([
    '[INFO] Cache: 1 label file changed: the rest is reused',
  ]);
});

it('by content, an edit that keeps size and time is seen', async () => {
  const image = join(root, 'a.png');
  const fill = filler(entry(1));
  for (const text of ['one', 'two']) {
    fs.writeFileSync(image, text);
    fs.utimesSync(image, 1000, 1000);
    const cache = await open({ fingerprint: 'content' });
    await cache.getOrFill('image', 'a', fill, { sources: [sourceFact(image, cache.config.fingerprint)] });
  }
  expect(fill.calls).toBe(2);
});

it('another setting is another namespace, and the log says which setting', async () => {
  const fill = filler(entry(1));
  await (await open()).getOrFill('tensor', 'a', fill);
  const description = { transforms: [{ name: 'resize', size: 736 }] };
  await (await open({}, { description })).getOrFill('tensor', 'a', fill);
  expect(fill.calls).toBe(2);
  expect(lines).toContain('[INFO] Cache: transforms.resize.size 640 → 736: everything is computed again');
  await (await open()).getOrFill('tensor', 'a', fill);
  expect(fill.calls, 'the earlier version was kept').toBe(2);
});

it('turning a flag of the caller on over an existing cache serves nothing from before', async () => {
  const fill = filler(entry(1));
  const transforms = [{ name: 'resize', size: 640 }];
  for (const load_maps of [false, true]) {
    const cache = await open({}, { description: { transforms, load_maps } });
    await cache.getOrFill('tensor', 'a', fill);
  }
  expect(fill.calls).toBe(2);
  expect(lines).toContain('[INFO] Cache: load_maps false → true: everything is computed again');
});

it('keep_versions bounds the versions of a scope, other scopes are left alone', async () => {
  await open({}, { scope: 'receipts/val' });
  for (const size of [1, 2, 3, 4]) await open({ keep_versions: 1 }, { description: { size } });
  await vi.waitFor(() => expect(foldersIn(join(folder(), 'v1'))).toHaveLength(3));
});

it('concurrent callers of one key share a single fill', async () => {
  const cache = await open();
  const fill = filler(entry(1));
  const slow = async () => {
    await new Promise((done) => setTimeout(done, 20));
    return fill();
  };
  const values = await Promise.all(Array.from({ length: 8 }, () => cache.getOrFill('tensor', 'a', slow)));
  expect(fill.calls).toBe(1);
  expect(new Set(values.map(({ data }) => data.buffer)).size).toBe(8);
  const { cacheHits, cacheMisses } = cache.getCacheHealth();
  expect([cacheHits, cacheMisses]).toEqual([7, 1]);
});

it('a filler that fails leaves nothing behind and the next one is asked', async () => {
  const cache = await open();
  await expect(
    cache.getOrFill('tensor', 'a', () => Promise.reject(new Error('no such image'))),
  ).rejects.toThrow('no such image');
  const fill = filler(entry(1));
  await cache.getOrFill('tensor', 'a', fill);
  expect(fill.calls).toBe(1);
});

it('a filler that returns a wrong size is told so', async () => {
  const cache = await open();
  const wrong = { ...entry(1), shape: [17] };
  await expect(cache.getOrFill('tensor', 'a', async () => wrong)).rejects.toThrow(
    'invalid entry for "a": float32 [17] is 68 bytes, data has 1000',
  );
});

it('a level that is off is never stored or counted', async () => {
  const cache = await open({}, { levels: { maps: { kept: false } } });
  const fill = filler(entry(1));
  for (let i = 0; i < 3; i++) await cache.getOrFill('maps', 'a', fill);
  expect(fill.calls).toBe(3);
  expect(cache.getCacheHealth().totalAccesses).toBe(0);
});

it('the disk tier stays within its bytes', async () => {
  const max = 200_000;
  const cache = await open({ max_bytes: { disk: max } }, { levels: { maps: {} } });
  for (let i = 0; i < 60; i++) await cache.getOrFill('maps', String(i), filler(entry(i, 10_000)));
  const { totalCacheBytes, evictions } = cache.getCacheHealth();
  expect(totalCacheBytes).toBeLessThanOrEqual(max);
  expect(totalCacheBytes).toBeGreaterThan(max / 2);
  expect(evictions).toBeGreaterThan(30);
});

it('clear forgets one level or all', async () => {
  const cache = await open({ max_bytes: { memory: 2 ** 20 } });
  for (const level of ['image', 'maps', 'tensor']) await cache.getOrFill(level, 'a', filler(entry(1)));
  await cache.clear('maps');
  const { image, maps, tensor } = cache.getCacheHealth().levels;
  expect([image.disk.entries, maps.disk.entries, tensor.disk.entries]).toEqual([1, 0, 1]);
  const again = filler(entry(1));
  await cache.getOrFill('maps', 'a', again);
  expect(again.calls).toBe(1);
  await cache.clear();
  expect(cache.getCacheHealth().totalCacheEntries).toBe(0);
});

it('a folder with other things in it is refused', async () => {
  fs.mkdirSync(folder());
  fs.writeFileSync(join(folder(), 'thesis.tex'), '');
  await expect(open()).rejects.toThrow(/is not a cache \(it holds thesis.tex\): set cache_config.root/);
});

it('what killed processes left is removed when it is old, and nothing that a user keeps there', async () => {
  const namespace = join(folder(), 'v1', (await open()).fingerprint);
  const left = ['tmp/7-0-0-0123abcd', `claims/image-${'0'.repeat(32)}`, 'manifest.json.77-88.tmp'];
  const kept = ['tmp/7-0-1-0123abcd', 'tmp/notes', 'claims/notes', 'manifest.json.txt'];
  for (const name of [...left, ...kept]) {
    fs.mkdirSync(join(namespace, name, '..'), { recursive: true });
    fs.writeFileSync(join(namespace, name), 'half');
    if (!name.startsWith('tmp/7-0-1')) fs.utimesSync(join(namespace, name), 1000, 1000);
  }
  await open();
  expect([...left, ...kept].filter((name) => fs.existsSync(join(namespace, name)))).toEqual(kept);
});
