import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { clearCache } from './clear.js';
import { inspectCache } from './inspect/report.js';
import { CacheRootError } from './layout.js';
import { CacheManager } from './manager.js';
import { entriesOf } from './scan.js';

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'clear-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

const root = () => join(folder, 'cache');

const LEVELS = ['image', 'tensor', 'maps'];

/** Two entries on each level. */
async function fill(scope: string): Promise<CacheManager> {
  const cache = await CacheManager.open({
    config: { root: root() },
    levels: Object.fromEntries(LEVELS.map((level) => [level, {}])),
    scope,
    description: {},
    log: () => {},
  });
  for (const level of LEVELS) {
    for (const key of ['a', 'b']) {
      await cache.getOrFill(level, key, async () => ({
        dtype: 'uint8',
        shape: [9],
        data: new Uint8Array(9),
      }));
    }
  }
  return cache;
}

const entries = async () => (await inspectCache(root())).entries;

it('a dry run counts and deletes nothing', async () => {
  await fill('one');
  expect((await clearCache(root(), { level: 'maps' }, { dryRun: true })).entries).toBe(2);
  expect(await entries()).toBe(6);
});

it('one level, one version, or both', async () => {
  const train = await fill('train');
  await fill('val');
  expect((await clearCache(root(), { level: 'image', version: train.version })).entries).toBe(2);
  expect(await entries()).toBe(10);
  expect((await clearCache(root(), { version: train.fingerprint.slice(0, 6) })).entries).toBe(4);
  expect((await clearCache(root(), { level: 'tensor' })).entries).toBe(2);
  expect(await entries()).toBe(4);
  await expect(clearCache(root(), { version: 'nonsense' })).rejects.toThrow('No namespace in');
});

it('stale entries are those that nobody read for long', async () => {
  const cache = await fill('one');
  const namespace = join(root(), 'v1', cache.fingerprint);
  const [old] = entriesOf(namespace);
  fs.utimesSync(old!.path, 1000, 1000);
  expect((await clearCache(root(), { staleAfterDays: 7 })).entries).toBe(1);
  expect(fs.existsSync(old!.path)).toBe(false);
  expect(await entries()).toBe(5);
});

it('everything, and the cache can be used again', async () => {
  await fill('one');
  await clearCache(root(), {});
  expect(fs.readdirSync(root())).toEqual(['.inkstone-cache']);
  await fill('one');
  expect(await entries()).toBe(6);
});

it('a folder that Inkstone did not make is not touched', async () => {
  fs.mkdirSync(join(folder, 'photos', 'v1'), { recursive: true });
  await expect(clearCache(join(folder, 'photos'), {})).rejects.toThrow(/is not a cache of Inkstone's/);
  expect(fs.existsSync(join(folder, 'photos', 'v1'))).toBe(true);
});

it.each(['', ' ', 'a', '0', 'v1', '*', '../v1'])('the version "%s" names nothing', async (version) => {
  await fill('one');
  await expect(clearCache(root(), { version })).rejects.toThrow(CacheRootError);
  expect(await entries()).toBe(6);
});

it('a root that held a v1 of a user is not adopted, and stays as it was', async () => {
  const thesis = join(root(), 'v1', 'thesis.tex');
  fs.mkdirSync(join(root(), 'v1'), { recursive: true });
  fs.writeFileSync(thesis, 'precious');
  await expect(fill('one')).rejects.toThrow(/is not a cache \(it holds v1\)/);
  await expect(clearCache(root(), {})).rejects.toThrow(/not touched/);
  expect(fs.readdirSync(root(), { recursive: true })).toEqual(['v1', 'v1/thesis.tex']);
  expect(fs.readFileSync(thesis, 'utf8')).toBe('precious');
});

it('a cache of an earlier release, whose root alone has a mark, is used and cleared', async () => {
  const { fingerprint } = await fill('one');
  fs.unlinkSync(join(root(), 'v1', fingerprint, '.inkstone-cache'));
  expect((await fill('one')).getCacheHealth().cacheMisses).toBe(0);
  fs.unlinkSync(join(root(), 'v1', fingerprint, '.inkstone-cache'));
  await clearCache(root(), {});
  expect(fs.readdirSync(root())).toEqual(['.inkstone-cache']);
});

it('a namespace whose manifest is damaged goes with everything', async () => {
  const { fingerprint } = await fill('one');
  fs.writeFileSync(join(root(), 'v1', fingerprint, 'manifest.json'), '{');
  await clearCache(root(), {});
  expect(fs.readdirSync(root())).toEqual(['.inkstone-cache']);
});

it('what the system will not let go is no success', async () => {
  const cache = await fill('one');
  const [entry] = entriesOf(join(root(), 'v1', cache.fingerprint));
  vi.spyOn(fs.promises, 'unlink').mockImplementation(async (path) => {
    if (path === entry!.path) throw new Error('EPERM: operation not permitted');
    fs.unlinkSync(path);
  });
  await expect(clearCache(root(), {})).rejects.toThrow(/not all could be deleted, 5 entries were \(EPERM/);
  vi.restoreAllMocks();
  expect(await entries()).toBe(1);
});

it('a marker that is a link does not make a folder ours', async () => {
  await fill('one');
  fs.mkdirSync(join(folder, 'photos'));
  fs.symlinkSync(join(root(), '.inkstone-cache'), join(folder, 'photos', '.inkstone-cache'));
  await expect(clearCache(join(folder, 'photos'), {})).rejects.toThrow(/not touched/);
});

it('links out of the cache are never followed', async () => {
  const cache = await fill('one');
  const photos = join(folder, 'photos');
  const shard = join(photos, 'image', 'ab');
  fs.mkdirSync(shard, { recursive: true });
  const precious = join(shard, 'ab'.repeat(16));
  fs.writeFileSync(precious, 'precious');
  const namespace = join(root(), 'v1', cache.fingerprint);
  fs.symlinkSync(photos, join(root(), 'v1', '0123456789abcdef'));
  fs.symlinkSync(photos, join(root(), 'trash'));
  fs.symlinkSync(shard, join(namespace, 'image', 'zz'));
  fs.symlinkSync(precious, join(namespace, 'maps', 'cd'));
  expect(await entries()).toBe(6);
  await clearCache(root(), { staleAfterDays: 1e-9 });
  await clearCache(root(), {});
  expect(fs.readFileSync(precious, 'utf8')).toBe('precious');
  expect(fs.readdirSync(photos)).toEqual(['image']);
});
