/** What decides whether a file is still the one that an entry was made from. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/receipt-folder.js';
import { CacheManager } from './manager.js';
import { isSameSource, readSource, type SourceFact, sourceFact } from './sources.js';
import type { CacheEntry } from './types.js';

const MODES = ['stat', 'content'] as const;

/** Two files of equal size and time of modification. */
function twins(folder: string, a = 'a', b = 'b'): [string, string] {
  const paths: [string, string] = [join(folder, a), join(folder, b)];
  for (const [i, path] of paths.entries()) {
    fs.mkdirSync(join(path, '..'), { recursive: true });
    fs.writeFileSync(path, `file ${i}`);
    fs.utimesSync(path, 1000, 1000);
  }
  return paths;
}

function overwrite(path: string, text: string): void {
  fs.writeFileSync(path, text);
  fs.utimesSync(path, 1000, 1000);
}

function pointElsewhere(link: string, target: string): void {
  fs.rmSync(link, { force: true });
  fs.symlinkSync(target, link);
}

/** Each returns the path that is looked at, and what happens to it. */
const exchanges: Record<string, (folder: string) => { path: string; exchange: () => void }> = {
  'written in place': (folder) => {
    const [path] = twins(folder);
    return { path, exchange: () => overwrite(path, 'file 1') };
  },
  'another one renamed over it': (folder) => {
    const [path, other] = twins(folder);
    return { path, exchange: () => fs.renameSync(other, path) };
  },
  'its name swapped with that of another': (folder) => {
    const [path, other] = twins(folder);
    return {
      path,
      exchange: () => {
        fs.renameSync(path, `${path}.aside`);
        fs.renameSync(other, path);
        fs.renameSync(`${path}.aside`, other);
      },
    };
  },
  'its link pointed elsewhere': (folder) => {
    const [target, other] = twins(folder);
    const path = join(folder, 'link');
    pointElsewhere(path, target);
    return { path, exchange: () => pointElsewhere(path, other) };
  },
  "its folder's link pointed elsewhere": (folder) => {
    const [, other] = twins(folder, 'first/a', 'second/a');
    const link = join(folder, 'folder');
    pointElsewhere(link, join(folder, 'first'));
    return { path: join(link, 'a'), exchange: () => pointElsewhere(link, join(other, '..')) };
  },
};

describe.each(Object.entries(exchanges))('a source of equal size and time: %s', (_, prepare) => {
  const open = (folder: string, fingerprint: 'stat' | 'content', lines: string[] = []) =>
    CacheManager.open({
      config: { root: join(folder, 'cache'), fingerprint, max_bytes: { memory: 2 ** 20 } },
      levels: { text: {} },
      scope: 'notes',
      description: {},
      log: (line) => lines.push(line),
    });
  const entry = (text: string): CacheEntry => {
    const data = new Uint8Array(Buffer.from(text));
    return { dtype: 'uint8', shape: [data.length], data };
  };
  /** What the cache gives for the file, whose facts are looked up now unless they are given. */
  async function read(cache: CacheManager, path: string, fact?: SourceFact, meanwhile = () => {}) {
    const fill = async () => {
      meanwhile();
      return entry(fs.readFileSync(path, 'utf8'));
    };
    const sources = [fact ?? sourceFact(path, cache.config.fingerprint)];
    return Buffer.from((await cache.getOrFill('text', 'key', fill, { sources })).data).toString();
  }

  it.each(MODES)('is noticed between two runs (%s)', async (mode) => {
    const folder = temporaryFolder();
    const { path, exchange } = prepare(folder);
    expect(await read(await open(folder, mode), path)).toBe('file 0');
    exchange();
    expect(await read(await open(folder, mode), path)).toBe('file 1');
  });

  it.each(MODES)('is noticed between the look at it and its reading: nothing is kept (%s)', async (mode) => {
    const folder = temporaryFolder();
    const { path, exchange } = prepare(folder);
    const lines: string[] = [];
    const cache = await open(folder, mode, lines);
    const fact = sourceFact(path, mode);
    expect(await read(cache, path, fact, exchange)).toBe('file 1');
    expect(cache.getCacheHealth()).toMatchObject({
      totalCacheEntries: 0,
      levels: { text: { memory: { entries: 0 } } },
    });
    expect(await read(cache, path)).toBe('file 1');
    expect(lines.filter((line) => line.includes(`${path} changed after`))).toHaveLength(1);
  });

  it.each(MODES)(
    'is noticed by who reads it through readSource, even if it comes back (%s)',
    async (mode) => {
      const folder = temporaryFolder();
      const { path, exchange } = prepare(folder);
      const fact = sourceFact(path, mode);
      exchange();
      const now = await readSource(path, mode);
      expect([now.bytes.toString(), isSameSource(now.fact, fact)]).toEqual(['file 1', false]);
    },
  );
});

describe('readSource', () => {
  it.each(MODES)('gives the bytes and their fact (%s)', async (mode) => {
    const [path] = twins(temporaryFolder());
    const { bytes, fact } = await readSource(path, mode);
    expect(bytes.toString()).toBe('file 0');
    expect(fact).toEqual(sourceFact(path, mode));
  });

  it('fails as the system does for a file that is gone', async () => {
    await expect(readSource(join(temporaryFolder(), 'none'), 'stat')).rejects.toThrow('ENOENT');
  });
});

it.each([
  ['stat', false],
  ['content', true],
] as const)('a copy with the times of the original, by %s: the same is %s', (mode, same) => {
  const folder = temporaryFolder();
  const [path] = twins(folder);
  const copy = join(folder, 'copy');
  fs.cpSync(path, copy, { preserveTimestamps: true });
  expect(isSameSource(sourceFact(path, mode), sourceFact(copy, mode))).toBe(same);
});
