/** What lies in a cache root, for people and for machines: looked up, never kept. */
import * as fs from 'node:fs';
import { healthFile, isMarked } from './layout.js';
import { listNamespaces, type Manifest, readJson } from './namespace.js';
import { entriesOf, type FoundEntry, type LevelSize } from './scan.js';
import { type CacheKind, cacheKinds } from './types.js';

const RECENT_FILES = 5;
const DAY_MS = 24 * 60 * 60 * 1000;

export interface NamespaceStatus extends Omit<Manifest, 'description'> {
  readonly lastOpened: string;
  readonly levels: Readonly<Record<CacheKind, LevelSize>>;
  readonly entries: number;
  readonly bytes: number;
  /** Entries that were not read for `stale_after_days`. */
  readonly staleEntries: number;
  /** What the last run that used it measured (the JSON of `getCacheHealth`), if it ended in order. */
  readonly lastHealth: Readonly<Record<string, unknown>> | null;
}

export interface CacheStatus {
  readonly root: string;
  /** False when there is no cache at `root`. */
  readonly exists: boolean;
  readonly entries: number;
  readonly bytes: number;
  readonly staleEntries: number;
  readonly namespaces: readonly NamespaceStatus[];
  readonly recentFiles: readonly Pick<FoundEntry, 'path' | 'kind' | 'bytes' | 'usedAt'>[];
}

export function cacheStatus(root: string, staleAfterDays: number): CacheStatus {
  const staleBefore = Date.now() - staleAfterDays * DAY_MS;
  let recentFiles: FoundEntry[] = [];
  const namespaces = listNamespaces(root).map(({ folder, manifest, lastOpened }): NamespaceStatus => {
    const levels = {
      image: { entries: 0, bytes: 0 },
      tensor: { entries: 0, bytes: 0 },
      maps: { entries: 0, bytes: 0 },
    };
    let staleEntries = 0;
    for (const entry of entriesOf(folder)) {
      levels[entry.kind].entries++;
      levels[entry.kind].bytes += entry.bytes;
      if (entry.usedAt < staleBefore) staleEntries++;
      recentFiles = mostRecent(recentFiles, entry);
    }
    const { fingerprint, version, scope, createdAt } = manifest;
    return {
      fingerprint,
      version,
      scope,
      createdAt,
      lastOpened: lastOpened.toISOString(),
      levels,
      entries: cacheKinds.reduce((n, kind) => n + levels[kind].entries, 0),
      bytes: cacheKinds.reduce((n, kind) => n + levels[kind].bytes, 0),
      staleEntries,
      lastHealth: (readJson(healthFile(folder)) as Record<string, unknown> | undefined) ?? null,
    };
  });
  const total = (of: (namespace: NamespaceStatus) => number) =>
    namespaces.reduce((n, each) => n + of(each), 0);
  return {
    root,
    exists: fs.existsSync(root) && isMarked(root),
    entries: total((n) => n.entries),
    bytes: total((n) => n.bytes),
    staleEntries: total((n) => n.staleEntries),
    namespaces,
    recentFiles,
  };
}

function mostRecent(best: readonly FoundEntry[], entry: FoundEntry): FoundEntry[] {
  if (best.length === RECENT_FILES && entry.usedAt <= best[RECENT_FILES - 1]!.usedAt)
    return best as FoundEntry[];
  return [...best, entry].sort((a, b) => b.usedAt - a.usedAt).slice(0, RECENT_FILES);
}
