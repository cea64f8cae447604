/** A cache whose root goes away, is replaced or cannot be written: values are handed out as ever, with one warning at most. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { interfere } from '../../test/interfere.js';
import { temporaryFolder } from '../../test/receipt-folder.js';
import { clearCache } from './clear.js';
import { inspectCache } from './inspect/report.js';
import { entryFile } from './layout.js';
import { CacheManager } from './manager.js';
import type { CacheEntry } from './types.js';

const value = (key: number): CacheEntry => ({
  dtype: 'uint8',
  shape: [100],
  data: new Uint8Array(100).fill(key),
});

async function setUp() {
  const root = join(temporaryFolder(), 'cache');
  const lines: string[] = [];
  const cache = await CacheManager.open({
    config: { root },
    levels: { image: {} },
    scope: 'troubles',
    description: {},
    log: (line) => lines.push(line),
  });
  /** Reads so many values; says how many had to be filled. */
  const read = async (from: number, to: number): Promise<number> => {
    let fills = 0;
    for (let key = from; key < to; key++) {
      const { data } = await cache.getOrFill('image', String(key), async () => {
        fills++;
        return value(key);
      });
      expect(data[0]).toBe(key);
    }
    return fills;
  };
  return { root, cache, lines, read, namespace: join(root, 'v1', cache.fingerprint) };
}

describe('a cache under a run', () => {
  it('comes back with its mark after it was deleted', async () => {
    const { root, read, lines } = await setUp();
    await read(0, 5);
    fs.rmSync(root, { recursive: true });
    expect(await read(0, 5)).toBe(5);
    expect(await read(0, 5)).toBe(0);
    expect(lines).toEqual([]);
    expect(await inspectCache(root)).toMatchObject({ exists: true, entries: 5 });
    expect((await clearCache(root, {})).entries).toBe(5);
    expect(fs.readdirSync(root)).toEqual(['.inkstone-cache']);
  });

  it.each<[string, (root: string, namespace: string) => string]>([
    ['the root', (root) => root],
    ['the folder of the format', (root) => join(root, 'v1')],
    ['the namespace', (_, namespace) => namespace],
    ['the folder of temporary files', (_, namespace) => join(namespace, 'tmp')],
    ['the folder of claims', (_, namespace) => join(namespace, 'claims')],
    ['the level', (_, namespace) => join(namespace, 'image')],
  ])('goes on uncached when %s is replaced by a file', async (_, pathOf) => {
    const { root, read, lines, cache, namespace } = await setUp();
    await read(0, 5);
    const path = pathOf(root, namespace);
    fs.rmSync(path, { recursive: true });
    fs.writeFileSync(path, 'of a user');
    await read(0, 5);
    expect(await read(5, 10)).toBe(5);
    expect(await read(5, 10)).toBe(5);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\[WARN\] The cache at .* cannot be written \(.*\): going on without storing/);
    cache.close();
    expect(fs.readFileSync(path, 'utf8')).toBe('of a user');
  });

  it('goes on uncached when a link leads out of it', async () => {
    const { read, lines, namespace } = await setUp();
    await read(0, 5);
    const photos = temporaryFolder();
    fs.rmSync(join(namespace, 'image'), { recursive: true });
    fs.symlinkSync(photos, join(namespace, 'image'));
    expect(await read(0, 5)).toBe(5);
    expect(lines.join()).toContain('is a link: it is not followed');
    expect(fs.readdirSync(photos)).toEqual([]);
  });

  it('goes on uncached when its root became a folder of a user', async () => {
    const { root, read, lines } = await setUp();
    fs.rmSync(root, { recursive: true });
    fs.mkdirSync(root);
    fs.writeFileSync(join(root, 'thesis.tex'), 'precious');
    expect(await read(0, 5)).toBe(5);
    expect(lines.join()).toContain('it holds thesis.tex');
    expect(fs.readdirSync(root)).toEqual(['thesis.tex']);
  });

  it.runIf(fs.existsSync('/proc/self'))('goes on uncached where no folder can be made', async () => {
    const lines: string[] = [];
    const cache = await CacheManager.open({
      config: { root: '/proc/inkstone/cache' },
      levels: { image: {} },
      scope: 'troubles',
      description: {},
      log: (line) => lines.push(line),
    });
    const { data } = await cache.getOrFill('image', 'key', async () => value(7));
    expect(data[0]).toBe(7);
    expect(lines.join()).toContain('The cache at /proc/inkstone/cache cannot be written');
  });

  it('leaves a folder with a file of a user in the place of an entry, and keeps all others', async () => {
    const { read, lines, namespace } = await setUp();
    await read(0, 5);
    const [shard] = fs.readdirSync(join(namespace, 'image'));
    const [name] = fs.readdirSync(join(namespace, 'image', shard!));
    const path = entryFile(namespace, 'image', name!);
    fs.rmSync(path);
    fs.mkdirSync(path);
    fs.writeFileSync(join(path, 'mine'), 'precious');
    expect(await read(0, 10)).toBe(6);
    expect(await read(0, 10)).toBe(1);
    expect(lines).toHaveLength(1);
    expect(fs.readFileSync(join(path, 'mine'), 'utf8')).toBe('precious');
  });

  const openAt = (root: string, description = {}) =>
    CacheManager.open({
      config: { root },
      levels: { image: {} },
      scope: 'troubles',
      description,
      log: () => {},
    });

  it.each<[string, (root: string) => void]>([
    ['deleted', (root) => fs.rmSync(root, { recursive: true, force: true })],
    ['made by another process, the same', (root) => void openAt(root)],
    ['made by another process, another version', (root) => void openAt(root, { size: 736 })],
  ])('can be %s at any of its calls: what is there in the end has its mark', async (_, act) => {
    const root = join(temporaryFolder(), 'cache');
    const use = async () => {
      const cache = await openAt(root);
      const { data } = await cache.getOrFill('image', 'key', async () => value(7));
      expect(data[0]).toBe(7);
      cache.close();
    };
    let calls = 1;
    for (let moment = 1; moment <= calls; moment++) {
      calls = 0;
      const undo = interfere(root, () => {
        if (++calls !== moment) return;
        undo();
        act(root);
      });
      await use().finally(undo);
      if (fs.existsSync(root) && fs.readdirSync(root).length > 0) {
        expect(fs.existsSync(join(root, '.inkstone-cache')), `at call ${moment}`).toBe(true);
      }
      await use();
      if (calls >= moment) calls = moment + 1;
      fs.rmSync(root, { recursive: true });
    }
    expect(calls).toBeGreaterThan(30);
  });
});
