/** Deletes parts of a cache, and nothing that Inkstone did not make. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { InkstoneError } from '../system/index.js';
import { CacheRootError, foldersIn, isMarked, MARKER } from './layout.js';
import { isOurNamespace, listNamespaces, type Namespace } from './namespace.js';
import { entriesOf, type FoundEntry } from './scan.js';
import { type Swept, sweepEntries, sweepNamespace } from './sweep.js';

const DAY_MS = 24 * 60 * 60 * 1000;
/** Fewer digits of a fingerprint could fit to many. */
const MIN_FINGERPRINT_DIGITS = 4;

/** Conditions that an entry must all meet to be deleted; none of them means everything. */
export interface ClearSelection {
  readonly level?: string;
  /** Of a namespace: the eight digits that users see, or the start of its fingerprint (at least four digits). */
  readonly version?: string;
  /** Not read for so many days. */
  readonly staleAfterDays?: number;
}

export interface ClearResult {
  readonly entries: number;
  readonly bytes: number;
}

/**
 * With `dryRun` it only counts. Throws `CacheRootError` for a folder without Inkstone's mark, and for a version that
 * no namespace has; InkstoneError when the system let something stay. Links below the root are not followed.
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
      `No namespace in ${folder} has version ${JSON.stringify(version)}: see \`inkstone cache status\``,
    );
  }
  const staleBefore =
    staleAfterDays === undefined ? Number.POSITIVE_INFINITY : Date.now() - staleAfterDays * DAY_MS;
  const isWanted = (entry: FoundEntry) =>
    (level === undefined || entry.level === level) && entry.usedAt < staleBefore;
  const whole = level === undefined && staleAfterDays === undefined;
  const results: Swept[] = [];
  for (const namespace of namespaces) {
    if (dryRun) results.push(count([...entriesOf(namespace.folder)].filter(isWanted)));
    else if (whole) results.push(await sweepNamespace(namespace.folder));
    else results.push(await sweepEntries(namespace.folder, isWanted));
  }
  if (!dryRun && whole && version === undefined) await sweepRemains(folder);
  const entries = results.reduce((sum, result) => sum + result.entries, 0);
  const bytes = results.reduce((sum, result) => sum + result.bytes, 0);
  const error = results.find((result) => result.error)?.error;
  if (error) {
    throw new InkstoneError(
      `${folder}: not all could be deleted, ${entries} entries were (${error.message})`,
    );
  }
  return { entries, bytes };
}

function hasVersion({ manifest }: Namespace, version: string | undefined): boolean {
  if (version === undefined) return true;
  if (version === '') return false;
  if (manifest.version === version) return true;
  return version.length >= MIN_FINGERPRINT_DIGITS && manifest.fingerprint.startsWith(version);
}

function count(entries: readonly FoundEntry[]): ClearResult {
  return { entries: entries.length, bytes: entries.reduce((sum, { bytes }) => sum + bytes, 0) };
}

/** Namespaces without a readable manifest, and those of other formats. */
async function sweepRemains(root: string): Promise<void> {
  for (const format of foldersIn(root).filter((name) => /^v\d+$/.test(name))) {
    const folders = foldersIn(join(root, format)).map((name) => join(root, format, name));
    for (const folder of folders.filter(isOurNamespace)) await sweepNamespace(folder);
  }
}
