/** Files, folders and links of a user stand everywhere in and around a cache: whatever is done to the cache, they stay as they are. */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type CacheEntry, CacheManager, clearCache, inspectCache } from '../../src/cache/index.js';
import {
  claimsFolder,
  isClaimName,
  isEntryName,
  isRecordName,
  isShardName,
  isTemporaryName,
  isTemporaryRecordName,
  MARKER,
  temporaryFolder,
} from '../../src/cache/layout.js';
import { entriesOf } from '../../src/cache/scan.js';
import { rounds, TIMEOUT_MS } from './rounds.js';

const CACHES = rounds(1_000, 25);
const KEYS = 10;
const ENTRY_BYTES = 1_000;

const value = (key: number): CacheEntry => ({
  dtype: 'uint8',
  shape: [ENTRY_BYTES],
  data: new Uint8Array(ENTRY_BYTES).fill(key),
});

const open = (root: string, size = 640) =>
  CacheManager.open({
    config: { root, max_bytes: { disk: 6 * ENTRY_BYTES }, keep_versions: 0 },
    levels: { image: {}, maps: { compression: 'lz4' } },
    scope: 'foreign',
    description: { size },
    log: () => {},
  });

async function fill(cache: CacheManager): Promise<void> {
  for (let key = 0; key < KEYS; key++) {
    const { data } = await cache.getOrFill(key % 2 ? 'maps' : 'image', String(key), async () => value(key));
    expect(data[0]).toBe(key);
  }
}

/** Everything that is done to a cache, by commands and by runs. */
const acts = {
  fill: async (root: string) => fill(await open(root)),
  'another version': async (root: string) => fill(await open(root, 736)),
  'forget a level': async (root: string) => (await open(root)).clear('maps'),
  'forget all': async (root: string) => (await open(root)).clear(),
  'damage and heal': async (root: string) => {
    const cache = await open(root);
    for (const { path } of entriesOf(join(root, 'v1', cache.fingerprint))) fs.truncateSync(path, 70);
    await fill(cache);
  },
  'verify and heal': async (root: string) => {
    const cache = await open(root);
    for (const { path } of entriesOf(join(root, 'v1', cache.fingerprint))) fs.truncateSync(path, 10);
    await inspectCache(root, { check: Number.POSITIVE_INFINITY, heal: true });
  },
  'clear a level': (root: string) => clearCache(root, { level: 'image' }),
  'clear stale': (root: string) => clearCache(root, { staleAfterDays: 1e-9 }),
  'clear a version': async (root: string) => clearCache(root, { version: (await open(root)).version }),
  'clear everything': (root: string) => clearCache(root, {}),
  close: async (root: string) => (await open(root)).close(),
} satisfies Record<string, (root: string) => Promise<unknown>>;

const hex = (digits: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${digits}}$`));
const names = fc.oneof(
  fc.constantFrom(
    'v1',
    'v2',
    'trash',
    'tmp',
    'claims',
    'image',
    'maps',
    'thesis',
    'manifest.json',
    'notes.tmp',
    MARKER,
  ),
  fc.constantFrom('7-0-0-0123abcd', 'manifest.json.77-0.tmp', 'image-'.padEnd(38, '0'), 'a\nb', '.hidden'),
  hex(2),
  hex(16),
  hex(32),
);

const things = {
  file: (path: string) => fs.writeFileSync(path, `of a user ${path}`),
  'empty file': (path: string) => fs.writeFileSync(path, ''),
  folder: (path: string) => {
    fs.mkdirSync(join(path, 'image', 'ab'), { recursive: true });
    fs.writeFileSync(join(path, 'image', 'ab', 'ab'.repeat(16)), 'nested');
    fs.writeFileSync(join(path, 'manifest.json'), '{}');
  },
  'empty folder': (path: string) => fs.mkdirSync(path),
  link: (path: string) => fs.symlinkSync(join(path, '..', 'nowhere'), path),
  'link to a folder': (path: string) => fs.symlinkSync(tmpdir(), path),
};

const placement = fc.record({
  at: fc.nat(),
  name: names,
  thing: fc.constantFrom(...(Object.keys(things) as (keyof typeof things)[])),
});

/** Folders in and around the cache, links left out. */
const foldersBelow = (folder: string): string[] => [
  folder,
  ...fs
    .readdirSync(folder, { withFileTypes: true })
    .filter((item) => item.isDirectory())
    .flatMap((item) => foldersBelow(join(folder, item.name))),
];

/** What nobody could tell from Inkstone's own: its names, in their places, in a folder with its mark. */
function couldBeOurs(root: string, path: string): boolean {
  const [format, fingerprint, ...rest] = relative(root, path).split('/');
  if (rest.length === 0) return fingerprint === undefined && format === MARKER;
  const namespace = join(root, format!, fingerprint!);
  const [name, shard, entry] = rest as [string, string?, string?];
  if (shard === undefined) {
    return (
      [MARKER, 'image', 'maps', 'tmp', 'claims'].includes(name) ||
      isRecordName(name) ||
      isTemporaryRecordName(name)
    );
  }
  if (dirname(path) === temporaryFolder(namespace)) return isTemporaryName(shard);
  if (dirname(path) === claimsFolder(namespace)) return isClaimName(shard);
  return entry === undefined ? isShardName(shard) : isShardName(shard) && isEntryName(entry, shard);
}

function describePath(path: string): unknown {
  const status = fs.lstatSync(path);
  const facts = [path, status.ino, status.mode, status.mtimeMs];
  if (status.isSymbolicLink()) return [...facts, fs.readlinkSync(path)];
  if (status.isFile()) return [...facts, fs.readFileSync(path, 'utf8')];
  return [path, status.ino, status.mode, fs.readdirSync(path).map((name) => describePath(join(path, name)))];
}

it(
  `${CACHES} caches among a user's things: none of these is changed or removed`,
  async () => {
    const all = Object.keys(acts) as (keyof typeof acts)[];
    let placed = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(placement, { minLength: 1, maxLength: 12 }),
        fc.array(fc.constantFrom(...all), { minLength: 1, maxLength: 6 }),
        async (placements, sequence) => {
          const folder = fs.mkdtempSync(join(tmpdir(), 'foreign-'));
          const root = join(folder, 'cache');
          try {
            await acts.fill(root);
            const foreign: string[] = [];
            for (const { at, name, thing } of placements) {
              const places = foldersBelow(folder);
              const path = join(places[at % places.length]!, name);
              const isWithin = foreign.some((other) => path.startsWith(`${other}/`));
              if (isWithin || fs.lstatSync(path, { throwIfNoEntry: false }) || couldBeOurs(root, path))
                continue;
              things[thing](path);
              if (thing !== 'link to a folder') fs.lutimesSync(path, 1000, 1000);
              foreign.push(path);
            }
            placed += foreign.length;
            const before = foreign.map(describePath);
            for (const act of sequence) {
              // A cache that a user's link or folder stands in the way of says so; nothing else may go wrong.
              await acts[act](root).catch((error: Error) =>
                expect(error.name, error.stack).toBe('CacheRootError'),
              );
              expect(
                foreign.filter((path) => fs.lstatSync(path, { throwIfNoEntry: false }) === undefined),
                act,
              ).toEqual([]);
              expect(foreign.map(describePath), act).toEqual(before);
            }
          } finally {
            await fs.promises.rm(folder, { recursive: true, maxRetries: 5 });
          }
        },
      ),
      { numRuns: CACHES },
    );
    expect(placed).toBeGreaterThan(CACHES);
  },
  TIMEOUT_MS,
);

it(
  'a folder of a user that is named as root stays as it is, whatever is in it',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(placement, { minLength: 1, maxLength: 5 }), async (placements) => {
        const folder = fs.mkdtempSync(join(tmpdir(), 'foreign-'));
        try {
          for (const { name, thing } of placements) {
            const path = join(folder, name);
            if (name !== MARKER && !fs.lstatSync(path, { throwIfNoEntry: false })) things[thing](path);
          }
          const before = describePath(folder);
          for (const act of Object.values(acts)) {
            if (fs.readdirSync(folder).length === 0) continue;
            await expect(act(folder)).rejects.toThrow(/is not a cache/);
          }
          if (fs.readdirSync(folder).length > 0) expect(describePath(folder)).toEqual(before);
        } finally {
          await fs.promises.rm(folder, { recursive: true });
        }
      }),
      { numRuns: CACHES },
    );
  },
  TIMEOUT_MS,
);
