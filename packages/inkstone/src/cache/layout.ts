/** Where things lie below a cache root, and the mark that says the root is ours. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../system/index.js';
import { FORMAT } from './entry-file.js';

/** Only folders that hold this file are ever cleared. */
export const MARKER = '.inkstone-cache';
const MARKER_TEXT = 'This folder is a cache made by Inkstone. Everything in it can be computed again.\n';

export const versionFolder = (root: string) => join(root, `v${FORMAT}`);
export const namespaceFolder = (root: string, fingerprint: string) => join(versionFolder(root), fingerprint);
export const trashFolder = (root: string) => join(root, 'trash');
/** Folders of a namespace that hold no level. */
export const RESERVED_FOLDERS: readonly string[] = ['tmp', 'claims'];
export const temporaryFolder = (namespace: string) => join(namespace, 'tmp');
export const claimsFolder = (namespace: string) => join(namespace, 'claims');
export const manifestFile = (namespace: string) => join(namespace, 'manifest.json');
export const sourcesFile = (namespace: string) => join(namespace, 'sources.json');
export const healthFile = (namespace: string) => join(namespace, 'health.json');
export const entryFile = (namespace: string, level: string, name: string) =>
  join(namespace, level, name.slice(0, 2), name);

/** Levels that have a folder, whoever made it. */
export const levelsIn = (namespace: string): string[] =>
  foldersIn(namespace).filter((name) => !RESERVED_FOLDERS.includes(name));

/** An entry's file name: 32 hex digits. Other files in a shard are not entries. */
export const isEntryName = (name: string) => /^[0-9a-f]{32}$/.test(name);

export class CacheRootError extends InputError {}

/** True when Inkstone made this folder. A link in place of the marker does not count. */
export function isMarked(root: string): boolean {
  return lstatIfThere(join(root, MARKER))?.isFile() ?? false;
}

/**
 * Makes and marks the root. Throws `CacheRootError` for a folder that holds other things: it would become clearable.
 * File-system errors (read-only, full) pass through.
 */
export function prepareRoot(root: string): void {
  if (isMarked(root)) return;
  fs.mkdirSync(root, { recursive: true });
  const foreign = fs.readdirSync(root).filter((name) => name !== MARKER && name !== `v${FORMAT}`);
  if (foreign.length > 0 && !isMarked(root)) {
    throw new CacheRootError(
      `${root} is not a cache (it holds ${foreign[0]}): set cache_config.root to a new or empty folder`,
    );
  }
  fs.writeFileSync(join(root, MARKER), MARKER_TEXT);
}

/** Of the path itself, not of what a link points to; undefined when there is nothing or nothing to be seen. */
export function lstatIfThere(path: string): fs.Stats | undefined {
  try {
    return fs.lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
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
