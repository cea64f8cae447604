/** A disk that is full or read-only: values are filled as ever, with one warning. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CacheEntry, CacheManager } from '../../src/cache/index.js';

const DISK_BYTES = 2 ** 20;
const ENTRIES = 30;

const mountPoint = fs.mkdtempSync(join(tmpdir(), 'small-disk-'));
const canMount = tryMount();

function tryMount(): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'tmpfs', mountPoint], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    console.warn('Skipped: a file system of its own cannot be mounted here (needs root)');
    return false;
  }
}

let lines: string[] = [];
beforeAll(() => {
  lines = [];
});
afterAll(() => {
  if (canMount) execFileSync('umount', ['-l', mountPoint]);
  fs.rmdirSync(mountPoint);
});

const open = () =>
  CacheManager.open({
    config: { root: join(mountPoint, 'cache') },
    scope: 'full',
    levels: { image: {} },
    description: {},
    log: (line) => lines.push(line),
  });

const truth = (key: number): CacheEntry => ({
  dtype: 'uint8',
  shape: [DISK_BYTES / 16],
  data: new Uint8Array(DISK_BYTES / 16).fill(key),
});

async function readAll(cache: CacheManager): Promise<number> {
  let fills = 0;
  for (let key = 0; key < ENTRIES; key++) {
    const { data } = await cache.getOrFill('image', String(key), async () => {
      fills++;
      return truth(key);
    });
    expect(Buffer.compare(data, truth(key).data)).toBe(0);
  }
  return fills;
}

const warnings = () => lines.filter((line) => line.startsWith('[WARN]'));

it.skipIf(!canMount)('a full disk costs one warning, what fitted is still read', async () => {
  const cache = await open();
  const worker = CacheManager.attach(cache.handle, (line) => lines.push(line));
  expect(await readAll(cache)).toBe(ENTRIES);
  expect(warnings()).toHaveLength(1);
  expect(warnings()[0]).toMatch(
    /^\[WARN\] The cache at .* cannot be written \(ENOSPC.*: going on without storing/,
  );
  const again = await readAll(worker);
  expect(again, 'some were stored').toBeLessThan(ENTRIES - 5);
  expect(again, 'not all could be').toBeGreaterThan(0);
  expect(warnings(), 'threads do not repeat it').toHaveLength(1);
  const { healed, levels } = cache.getCacheHealth();
  expect({ stored: levels.image.disk.entries, healed }).toEqual({ stored: ENTRIES - again, healed: 0 });
  expect(levels.image.unstored).toBeGreaterThanOrEqual(again);
});

it.skipIf(!canMount)('a read-only root is read, and costs one warning', async () => {
  const stored = fs.existsSync(join(mountPoint, 'cache'));
  expect(stored).toBe(true);
  execFileSync('mount', ['-o', 'remount,ro', mountPoint]);
  lines = [];
  const cache = await open();
  const fills = await readAll(cache);
  expect(fills).toBeGreaterThan(0);
  expect(fills).toBeLessThan(ENTRIES - 5);
  expect(warnings()).toHaveLength(1);
  expect(warnings()[0]).toContain('EROFS');
  cache.close();
});

it('a root below a file costs one warning', async () => {
  const file = join(tmpdir(), `not-a-folder-${process.pid}`);
  fs.writeFileSync(file, '');
  lines = [];
  const cache = await CacheManager.open({
    config: { root: join(file, 'cache') },
    scope: 'none',
    levels: { image: {} },
    description: {},
    log: (line) => lines.push(line),
  });
  expect(await readAll(cache)).toBe(ENTRIES);
  expect(warnings()).toHaveLength(1);
  fs.rmSync(file);
});
