/** Where things lie below a cache root, and the mark that says the root is ours. */
import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import { InputError, makeFolder } from '../system/index.js';
import { FORMAT } from './entry-format.js';

/** Stands in the root and in every namespace: nothing without it is ever cleared. */
export const MARKER = '.inkstone-cache';
const MARKER_TEXT = 'This folder is a cache made by Inkstone. Everything in it can be computed again.\n';

export const versionFolder = (root: string) => join(root, `v${FORMAT}`);
export const namespaceFolder = (root: string, fingerprint: string) => join(versionFolder(root), fingerprint);
/** Folders of a namespace that hold no level. */
export const RESERVED_FOLDERS: readonly string[] = ['tmp', 'claims'];
export const temporaryFolder = (namespace: string) => join(namespace, 'tmp');
export const claimsFolder = (namespace: string) => join(namespace, 'claims');
export const manifestFile = (namespace: string) => join(namespace, 'manifest.json');
export const sourcesFile = (namespace: string) => join(namespace, 'sources.json');
export const healthFile = (namespace: string) => join(namespace, 'health.json');
export const entryFile = (namespace: string, level: string, name: string) =>
  join(namespace, level, name.slice(0, 2), name);

/** What a level may be called. */
export const isLevelName = (name: string) =>
  /^[a-z][a-z0-9_-]*$/.test(name) && !RESERVED_FOLDERS.includes(name);

/** Levels that have a folder, whoever made it. */
export const levelsIn = (namespace: string): string[] => foldersIn(namespace).filter(isLevelName);

/** An entry's file name: 32 hex digits, the first two of which name its shard. Other files in a shard are not entries. */
export const isEntryName = (name: string, shard: string) =>
  /^[0-9a-f]{32}$/.test(name) && name.startsWith(shard);
export const isShardName = (name: string) => /^[0-9a-f]{2}$/.test(name);

/** A write that is under way, or was when its process was killed. */
export const isTemporaryName = (name: string) => /^\d+-\d+-\d+-[0-9a-f]{8}$/.test(name);
export const isClaimName = (name: string) => /^[a-z][a-z0-9_-]*-[0-9a-f]{32}$/.test(name);
/** Files of a namespace beside its levels. */
export const isRecordName = (name: string) => /^(manifest|sources|health)\.json$/.test(name);
export const isTemporaryRecordName = (name: string) =>
  /^(manifest|sources|health)\.json\.\d+-[\da-f]+\.tmp$/.test(name);

export class CacheRootError extends InputError {}

/** True when Inkstone made this folder. A link in place of the mark does not count. */
export function isMarked(folder: string): boolean {
  return lstatIfThere(join(folder, MARKER))?.isFile() ?? false;
}

/**
 * Makes and marks the root. Throws `CacheRootError` for a folder that holds other things: it would become clearable.
 * File-system errors (read-only, full) pass through.
 */
export function prepareRoot(root: string): void {
  if (isMarked(root)) return;
  makeFolder(root);
  refuseForeign(root);
  mark(root);
}

/** Throws `CacheRootError` for a folder that holds things and no mark. One that is not there, or cannot be read, is not judged. */
export function refuseForeign(root: string): void {
  const [foreign] = namesIn(root);
  // In this order: another process may be making the cache, and begins with the mark.
  if (foreign === undefined || isMarked(root)) return;
  throw new CacheRootError(
    `${root} is not a cache (it holds ${foreign}): set cache_config.root to a new or empty folder`,
  );
}

/** Makes the folders on the way down from `base`, and never `base` itself: should that be gone, its mark is gone with it. */
export function makeFolders(base: string, folder: string): void {
  if (folder === base) return;
  makeFolders(base, dirname(folder));
  try {
    fs.mkdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Says that the folder is ours, unless that stands there already. */
export function mark(folder: string): void {
  try {
    fs.writeFileSync(join(folder, MARKER), MARKER_TEXT, { flag: 'wx' });
  } catch (error) {
    // Another process was faster.
    if (!isMarked(folder)) throw error;
  }
}

/** Throws `CacheRootError` when a link stands on the way from the root to a folder of the cache: it could lead out of it. */
export function refuseLinks(root: string, folder: string): void {
  for (let path = folder; path.length > root.length; path = dirname(path)) {
    if (lstatIfThere(path)?.isSymbolicLink()) {
      throw new CacheRootError(
        `${path} is a link: it is not followed. Remove it, or choose another cache_config.root`,
      );
    }
  }
}

/** Of the path itself, not of what a link points to; undefined when there is nothing or nothing to be seen. */
export function lstatIfThere(path: string): fs.Stats | undefined {
  try {
    return fs.lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** What is in a folder; nothing where it cannot be read. */
export function namesIn(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch {
    return [];
  }
}

/** Sub-folders by name; links, missing and unreadable folders count as none, so a walk never leaves the root. */
export function foldersIn(folder: string): string[] {
  if (!lstatIfThere(folder)?.isDirectory()) return [];
  try {
    const items = fs.readdirSync(folder, { withFileTypes: true });
    return items.filter((item) => item.isDirectory()).map((item) => item.name);
  } catch {
    return [];
  }
}
