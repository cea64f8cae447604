/** Deletes parts of a cache, and nothing that Inkstone did not make. */
import { existsSync, unlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CacheRootError, foldersIn, isMarked, MARKER } from './layout.js';
import { emptyTrash, listNamespaces, moveToTrash, type Namespace } from './namespace.js';
import { entriesOf } from './scan.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Conditions that an entry must all meet to be deleted; none of them means everything. */
export interface ClearSelection {
  readonly level?: string;
  /** Of a namespace: the eight digits that users see, or the start of its fingerprint. */
  readonly version?: string;
  /** Not read for so many days. */
  readonly staleAfterDays?: number;
}

export interface ClearResult {
  readonly entries: number;
  readonly bytes: number;
}

/**
 * With `dryRun` it only counts. Throws `CacheRootError` for a folder without Inkstone's marker, and for a version that
 * no namespace has. Links below the root are not followed.
 */
export async function clearCache(
  root: string,
  selection: ClearSelection,
  { dryRun = false }: { dryRun?: boolean } = {},
): Promise<ClearResult> {
  const folder = resolve(root);
  if (!existsSync(folder)) return { entries: 0, bytes: 0 };
  if (!isMarked(folder))
    throw new CacheRootError(`${folder} is not a cache of Inkstone's (no ${MARKER}): not touched`);
  const { level, version, staleAfterDays } = selection;
  const namespaces = listNamespaces(folder).filter((namespace) => hasVersion(namespace, version));
  if (version !== undefined && namespaces.length === 0) {
    throw new CacheRootError(
      `No namespace in ${folder} has version ${version}: see \`inkstone cache status\``,
    );
  }
  const staleBefore =
    staleAfterDays === undefined ? Number.POSITIVE_INFINITY : Date.now() - staleAfterDays * DAY_MS;
  let entries = 0;
  let bytes = 0;
  for (const namespace of namespaces) {
    for (const entry of entriesOf(namespace.folder)) {
      if ((level !== undefined && entry.level !== level) || entry.usedAt >= staleBefore) continue;
      entries++;
      bytes += entry.bytes;
      if (!dryRun && staleAfterDays !== undefined) unlinkSync(entry.path);
    }
    if (dryRun || staleAfterDays !== undefined) continue;
    if (level === undefined) moveToTrash(folder, namespace.folder);
    else if (foldersIn(namespace.folder).includes(level)) moveToTrash(folder, join(namespace.folder, level));
  }
  if (!dryRun) {
    if (level === undefined && version === undefined && staleAfterDays === undefined) dropRemains(folder);
    await emptyTrash(folder);
  }
  return { entries, bytes };
}

function hasVersion({ manifest }: Namespace, version: string | undefined): boolean {
  return version === undefined || manifest.version === version || manifest.fingerprint.startsWith(version);
}

/** Namespaces without a readable manifest and formats of other releases. */
function dropRemains(root: string): void {
  for (const name of foldersIn(root)) if (/^v\d+$/.test(name)) moveToTrash(root, join(root, name));
}
