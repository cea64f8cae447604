/** What lies on disk, found by looking. 100 000 entries take about half a second. */
import { basename, join } from 'node:path';
import { foldersIn, isEntryName, isShardName, levelsIn, lstatIfThere, namesIn } from './layout.js';

export interface FoundEntry {
  readonly path: string;
  readonly level: string;
  /** Bytes of the file. */
  readonly bytes: number;
  /** Time of the last use, milliseconds. */
  readonly usedAt: number;
}

export interface Shard {
  readonly folder: string;
  readonly level: string;
}

export function shardsOf(namespace: string): Shard[] {
  return levelsIn(namespace).flatMap((level) =>
    foldersIn(join(namespace, level))
      .filter(isShardName)
      .map((shard) => ({ folder: join(namespace, level, shard), level })),
  );
}

export function* entriesOf(namespace: string): Generator<FoundEntry> {
  for (const shard of shardsOf(namespace)) yield* entriesIn(shard);
}

/** Entries of one shard. Whatever vanishes meanwhile is left out. */
export function* entriesIn({ folder, level }: Shard): Generator<FoundEntry> {
  for (const name of namesIn(folder)) {
    if (!isEntryName(name, basename(folder))) continue;
    const path = join(folder, name);
    const status = lstatIfThere(path);
    if (status?.isFile()) yield { path, level, bytes: status.size, usedAt: status.mtimeMs };
  }
}

export interface LevelSize {
  readonly entries: number;
  readonly bytes: number;
}

/** By level; the named ones are there even when they are empty. */
export function sizesOf(entries: Iterable<FoundEntry>, levels: readonly string[]): Record<string, LevelSize> {
  const sizes: Record<string, { entries: number; bytes: number }> = {};
  for (const level of levels) sizes[level] = { entries: 0, bytes: 0 };
  for (const { level, bytes } of entries) {
    sizes[level] ??= { entries: 0, bytes: 0 };
    sizes[level].entries++;
    sizes[level].bytes += bytes;
  }
  return sizes;
}
