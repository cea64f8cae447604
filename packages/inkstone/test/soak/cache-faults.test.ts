/** Entries are damaged in every way a disk or a person can think of: never a wrong value, never a crash, all healed. */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CacheEntry, CacheManager } from '../../src/cache/index.js';
import { namespaceFolder } from '../../src/cache/layout.js';
import { entriesOf } from '../../src/cache/scan.js';
import { rounds, TIMEOUT_MS } from './rounds.js';

const FAULTS = rounds(10_000, 400);
const KEYS = 12;
/** Root may read everything, so the cache is used as somebody who may not. */
const NOBODY = 65_534;
const asRoot = process.getuid?.() === 0;

const folder = fs.mkdtempSync(join(tmpdir(), 'faults-'));
const root = join(folder, 'cache');
const random = (below: number) => Math.floor(Math.random() * below);

function as(user: number): void {
  if (asRoot) process.seteuid!(user);
}

beforeAll(() => {
  fs.chmodSync(folder, 0o777);
  as(NOBODY);
});
afterAll(() => {
  as(0);
  fs.rmSync(folder, { recursive: true });
});

/** Compression differs by level: all three codecs meet all faults. */
const open = () =>
  CacheManager.open({
    config: { root },
    levels: { image: { compression: 'none' }, tensor: { compression: 'lz4' }, maps: { compression: 'zstd' } },
    scope: 'faults',
    description: {},
    log: () => {},
  });

const levels = ['image', 'tensor', 'maps'] as const;
const levelOf = (key: number) => levels[key % levels.length];

function truth(key: number): CacheEntry {
  const data = Uint8Array.from({ length: 200 + key }, (_, i) => (i < 50 ? i * key : key));
  return { dtype: 'uint8', shape: [data.length], data, attributes: { key } };
}

/** Faults that make new files: the cache's own user must be able to remove them. All others happen as root. */
const CREATES = new Set(['folder in its place', 'link in its place', 'temporary files', 'abandoned claim']);

type Fault = (path: string, other: string) => void;

const faults: Record<string, { hurts: boolean; apply: Fault }> = {
  truncate: { hurts: true, apply: (path) => fs.truncateSync(path, random(fs.statSync(path).size)) },
  'flip a bit': {
    hurts: true,
    apply: (path) => {
      const bytes = fs.readFileSync(path);
      bytes[random(bytes.length)]! ^= 1 << random(8);
      fs.writeFileSync(path, bytes);
    },
  },
  'swap two entries': {
    hurts: true,
    apply: (path, other) => {
      fs.renameSync(path, `${path}.swap`);
      fs.renameSync(other, path);
      fs.renameSync(`${path}.swap`, other);
    },
  },
  'zero-fill': { hurts: true, apply: (path) => fs.writeFileSync(path, Buffer.alloc(fs.statSync(path).size)) },
  'empty file': { hurts: true, apply: (path) => fs.truncateSync(path, 0) },
  append: { hurts: true, apply: (path) => fs.appendFileSync(path, 'more') },
  'folder in its place': {
    hurts: true,
    apply: (path) => {
      fs.rmSync(path);
      fs.mkdirSync(join(path, 'deep'), { recursive: true });
    },
  },
  'link in its place': {
    hurts: true,
    apply: (path, other) => {
      fs.rmSync(path);
      fs.symlinkSync(other, path);
    },
  },
  delete: { hurts: false, apply: (path) => fs.rmSync(path) },
  'delete the shard': { hurts: false, apply: (path) => fs.rmSync(dirname(path), { recursive: true }) },
  'temporary files': {
    hurts: false,
    apply: (path) => {
      fs.writeFileSync(`${path}.tmp`, 'half');
      fs.writeFileSync(join(namespaceFolder(root, dirname(path).split('/').at(-3)!), 'tmp', 'left'), 'half');
    },
  },
  'abandoned claim': {
    hurts: false,
    apply: (path) => {
      const claims = join(dirname(path), '../../claims');
      const claim = join(
        claims,
        path
          .split('/')
          .slice(-3)
          .join('-')
          .replace(/-[0-9a-f]{2}-/, '-'),
      );
      fs.rmSync(path);
      fs.symlinkSync('999999999:0:elsewhere-not', claim);
      fs.lutimesSync(claim, 1, 1);
    },
  },
  unreadable: {
    hurts: true,
    apply: (path) => {
      if (asRoot) fs.chownSync(path, 0, 0);
      fs.chmodSync(path, 0);
    },
  },
  'wrong owner': {
    hurts: false,
    apply: (path) => {
      if (asRoot) fs.chownSync(path, 12_345, 12_345);
    },
  },
};

it(
  `${FAULTS} faults: no damaged value is served, every one is healed and counted`,
  async () => {
    let cache = await open();
    const fillAll = async () => {
      for (let key = 0; key < KEYS; key++) {
        const { data, attributes, shape } = await cache.getOrFill(levelOf(key), String(key), async () =>
          truth(key),
        );
        const { data: expected } = truth(key);
        expect({ shape, attributes }).toEqual({ shape: [200 + key], attributes: { key } });
        expect(Buffer.compare(data, expected)).toBe(0);
      }
    };
    await fillAll();
    const names = Object.keys(faults);
    let healed = 0;
    for (let i = 0; i < FAULTS; i++) {
      const paths = [...entriesOf(namespaceFolder(root, cache.fingerprint))].map(({ path }) => path);
      expect(paths).toHaveLength(KEYS);
      const path = paths.splice(random(paths.length), 1)[0]!;
      const other = paths[random(paths.length)]!;
      const name = names[i % names.length]!;
      const before = cache.getCacheHealth().healed;
      as(CREATES.has(name) ? NOBODY : 0);
      faults[name]!.apply(path, other);
      as(NOBODY);
      await fillAll();
      const found = cache.getCacheHealth().healed - before;
      expect(found, name).toBe(faults[name]!.hurts ? (name === 'swap two entries' ? 2 : 1) : 0);
      healed += found;
      if (i % 100 === 99) {
        cache.close();
        cache = await open();
      }
    }
    expect(healed).toBeGreaterThan(FAULTS / 2);
  },
  TIMEOUT_MS,
);
