/** The same thing done by several stores: put values, then land one in a reader's slot, as verified as the store can. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import cacache from 'cacache';
import { open as openLmdb } from 'lmdb';
import { CacheManager } from '../packages/inkstone/src/cache/index.js';

export interface Contender {
  readonly name: string;
  /** Whether a flipped bit would be noticed. */
  readonly verifies: boolean;
  put(key: string, value: Uint8Array): Promise<void>;
  land(key: string, slot: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

export async function openContenders(folder: string): Promise<Contender[]> {
  mkdirSync(folder, { recursive: true });
  return [
    await inkstone(join(folder, 'inkstone')),
    lmdb(join(folder, 'lmdb')),
    integrity(join(folder, 'cacache')),
    plain(folder),
  ];
}

async function inkstone(root: string): Promise<Contender> {
  const cache = await CacheManager.open({
    config: { root },
    scope: 'bench',
    description: {},
    levels: { sample: {} },
    log: () => {},
  });
  const absent = () => Promise.reject(new Error('should have been a hit'));
  return {
    name: 'inkstone/cache',
    verifies: true,
    put: async (key, data) => {
      await cache.getOrFill('sample', key, async () => ({ dtype: 'uint8', shape: [data.byteLength], data }));
    },
    land: async (key, into) => {
      await cache.getOrFill('sample', key, absent, { into });
    },
    close: async () => cache.close(),
  };
}

function lmdb(path: string): Contender {
  const database = openLmdb<Buffer, string>({ path, encoding: 'binary' });
  return {
    name: 'lmdb (getBinary)',
    verifies: false,
    put: async (key, value) => void (await database.put(key, Buffer.from(value))),
    land: async (key, slot) => slot.set(database.getBinary(key)!),
    close: () => database.close(),
  };
}

function integrity(path: string): Contender {
  return {
    name: 'cacache (sha512)',
    verifies: true,
    put: async (key, value) => void (await cacache.put(path, key, Buffer.from(value))),
    land: async (key, slot) => slot.set((await cacache.get(path, key)).data),
    close: async () => {},
  };
}

function plain(folder: string): Contender {
  return {
    name: 'fs.readFile',
    verifies: false,
    put: async (key, value) => writeFileSync(join(folder, `${key}.bin`), value),
    land: async (key, slot) => slot.set(await readFile(join(folder, `${key}.bin`))),
    close: async () => {},
  };
}
