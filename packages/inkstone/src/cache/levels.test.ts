/** Somebody who trains nothing: levels, version and description of their own. */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { clearCache } from './clear.js';
import { toPrometheus } from './inspect/prometheus.js';
import { inspectCache } from './inspect/report.js';
import { CacheManager, type CacheOpenOptions } from './manager.js';
import type { CacheEntry } from './types.js';

describe('a cache with levels of its own', () => {
  let folder: string;
  beforeEach(() => {
    folder = fs.mkdtempSync(join(tmpdir(), 'levels-'));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  const root = () => join(folder, 'cache');
  const open = (options: Partial<CacheOpenOptions> = {}) =>
    CacheManager.open({
      config: { root: root() },
      levels: { thumbnail: {}, ocr: { compression: 'zstd' } },
      scope: 'scans',
      description: { engine: 'tesseract', version: 5 },
      log: () => {},
      ...options,
    });
  const text = (value: string) => async (): Promise<CacheEntry> => {
    const data = new Uint8Array(Buffer.from(value));
    return { dtype: 'uint8', shape: [data.length], data };
  };
  const never = () => Promise.reject(new Error('should have been a hit'));

  it('tells them apart on disk, in memory and in every figure', async () => {
    const cache = await open({ config: { root: root(), max_bytes: { memory: 2 ** 20 } } });
    for (let round = 0; round < 2; round++) {
      for (const level of ['thumbnail', 'ocr']) {
        const { data } = await cache.getOrFill(level, 'page 1', text(level));
        expect(Buffer.from(data).toString()).toBe(level);
      }
    }
    await cache.getOrFill('ocr', 'page 2', text('total 9.99'));
    const { levels, cacheVersion } = cache.getCacheHealth();
    expect(levels).toMatchObject({
      thumbnail: { disk: { entries: 1 }, memory: { entries: 1 }, memoryHits: 1, misses: 1 },
      ocr: { disk: { entries: 2 }, memory: { entries: 2 }, memoryHits: 1, misses: 2 },
    });
    expect(cacheVersion).toBe(cache.fingerprint.slice(0, 8));
    cache.close({ pages: 2 });

    const report = await inspectCache(root(), { check: Number.POSITIVE_INFINITY });
    expect(report).toMatchObject({ state: 'healthy', entries: 3, checked: { entries: 3, corrupt: [] } });
    expect(report.namespaces[0]).toMatchObject({
      scope: 'scans',
      levels: { thumbnail: { entries: 1 }, ocr: { entries: 2 } },
      lastHealth: { cache_hits: 2, cache_misses: 3, pages: 2 },
    });
    expect(toPrometheus(report)).toContain(
      `inkstone_cache_entries{scope="scans",version="${cacheVersion}",fingerprint="${cache.fingerprint}",level="ocr"} 2`,
    );
  });

  it('counts together in another thread, whatever the number of levels', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const cache = await open({ levels: Object.fromEntries(names.map((name) => [name, {}])) });
    const other = CacheManager.attach(structuredClone(cache.handle), () => {});
    for (const name of names) await cache.getOrFill(name, 'x', text(name));
    for (const name of names) expect((await other.getOrFill(name, 'x', never)).shape).toEqual([1]);
    const { levels, recent } = cache.getCacheHealth();
    expect(names.map((name) => [levels[name].misses, levels[name].diskHits])).toEqual(
      names.map(() => [1, 1]),
    );
    expect(recent).toEqual({ accesses: 10, hitRatePercent: 50 });
  });

  it('says so when a level is asked for that it does not have', async () => {
    const cache = await open();
    await expect(cache.getOrFill('maps', 'page 1', never)).rejects.toThrow(
      'The cache has no level "maps": it was opened with thumbnail, ocr',
    );
    expect(() => cache.peek('maps', 'page 1')).toThrow(TypeError);
  });

  it.each(['tmp', 'claims', '../outside', 'Ocr', ''])('refuses a level named "%s"', async (name) => {
    await expect(open({ levels: { [name]: {} } })).rejects.toThrow();
    expect(fs.existsSync(root())).toBe(false);
  });

  it('keeps the entries of levels that an opening adds or leaves out', async () => {
    await (await open()).getOrFill('ocr', 'page 1', text('one'));
    const more = await open({ levels: { lines: {}, ocr: { compression: 'lz4' } } });
    await more.getOrFill('ocr', 'page 1', never);
    const [namespace] = (await inspectCache(root())).namespaces;
    expect(namespace.levels).toMatchObject({ lines: { entries: 0 }, ocr: { entries: 1 } });
  });

  it('evicts and clears what other programs keep in the same root, and counts only its own', async () => {
    const own = { config: { root: root(), max_bytes: { disk: 30_000 } } };
    const page = async (): Promise<CacheEntry> => ({
      dtype: 'uint8',
      shape: [1000],
      data: new Uint8Array(1000),
    });
    const others = await open({ scope: 'audio', levels: { waveform: {} } });
    for (let i = 0; i < 40; i++) await others.getOrFill('waveform', String(i), page);
    const cache = await open(own);
    await cache.getOrFill('thumbnail', 'first', page);
    const report = await vi.waitFor(async () => {
      const now = await inspectCache(root());
      expect(now.bytes).toBeLessThanOrEqual(30_000);
      return now;
    });
    const left = report.namespaces.find(({ scope }) => scope === 'audio')!.entries;
    expect(left).toBeLessThan(30);
    const { evictions, levels } = cache.getCacheHealth();
    expect(evictions).toBe(1 - levels.thumbnail.disk.entries);
    expect((await clearCache(root(), { level: 'waveform' })).entries).toBe(left);
  });

  it('reads a namespace whose manifest was written before levels had names of their own', async () => {
    const cache = await open();
    await cache.getOrFill('ocr', 'page 1', text('one'));
    const manifest = join(root(), 'v1', cache.fingerprint, 'manifest.json');
    const { levels: _, createdAt: __, ...old } = JSON.parse(fs.readFileSync(manifest, 'utf8'));
    const createdAt = '2026-01-01T00:00:00.000Z';
    fs.writeFileSync(manifest, JSON.stringify({ ...old, createdAt }));
    expect((await inspectCache(root())).namespaces[0].levels).toMatchObject({ ocr: { entries: 1 } });
    await (await open()).getOrFill('ocr', 'page 1', never);
    expect(JSON.parse(fs.readFileSync(manifest, 'utf8'))).toMatchObject({
      createdAt,
      levels: ['thumbnail', 'ocr'],
    });
  });
});
