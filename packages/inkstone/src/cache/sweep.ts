/** Removes what Inkstone wrote, by its names and nothing else: whatever a user keeps in between stays, with the folders around it. */
import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import {
  claimsFolder,
  foldersIn,
  isClaimName,
  isRecordName,
  isTemporaryName,
  isTemporaryRecordName,
  lstatIfThere,
  MARKER,
  namesIn,
  temporaryFolder,
} from './layout.js';
import { entriesIn, entriesOf, type FoundEntry, shardsOf } from './scan.js';

/** No write takes so long. */
const LEFTOVER_AFTER_MS = 60 * 60 * 1000;

export interface Swept {
  readonly entries: number;
  readonly bytes: number;
  /** What the system said to the first entry that could not be removed. */
  readonly error?: Error;
}

/** Removes the wanted entries of a namespace, and the folders that they leave empty. */
export async function sweepEntries(
  namespace: string,
  isWanted: (entry: FoundEntry) => boolean = () => true,
): Promise<Swept> {
  let entries = 0;
  let bytes = 0;
  let failure: { error?: Error } = {};
  for (const shard of shardsOf(namespace)) {
    for (const entry of [...entriesIn(shard)].filter(isWanted)) {
      try {
        await fs.promises.unlink(entry.path);
        entries++;
        bytes += entry.bytes;
      } catch (error) {
        // Another process may have been faster.
        if (lstatIfThere(entry.path)) failure = { error: error as Error };
      }
    }
    removeFolder(shard.folder);
    removeFolder(dirname(shard.folder));
  }
  return { entries, bytes, ...failure };
}

/** Removes a namespace; only its entries, should somebody be filling it again. */
export async function sweepNamespace(folder: string): Promise<Swept> {
  const swept = await sweepEntries(folder);
  if (!entriesOf(folder).next().done) return swept;
  removeKnown(temporaryFolder(folder), isTemporaryName);
  removeKnown(claimsFolder(folder), isClaimName);
  removeKnown(folder, (name) => isRecordName(name) || isTemporaryRecordName(name));
  removeFolder(temporaryFolder(folder));
  removeFolder(claimsFolder(folder));
  // As long as something of a user's lies in it, the mark says whose the folder is.
  if (namesIn(folder).every((name) => name === MARKER)) {
    removeFile(join(folder, MARKER));
    removeFolder(folder);
    removeFolder(dirname(folder));
  }
  return swept;
}

/** Temporary files and claims of processes that were killed. */
export function removeLeftovers(namespace: string): void {
  const before = Date.now() - LEFTOVER_AFTER_MS;
  const isOld = (path: string) => (lstatIfThere(path)?.mtimeMs ?? before) < before;
  removeKnown(temporaryFolder(namespace), isTemporaryName, isOld);
  removeKnown(claimsFolder(namespace), isClaimName, isOld);
  removeKnown(namespace, isTemporaryRecordName, isOld);
}

/** What stands at an entry's path and is none, even a folder, as long as no file is in it. False when it cannot be removed. */
export function removeEntry(path: string): boolean {
  if (!lstatIfThere(path)?.isDirectory()) return removeFile(path);
  for (const name of foldersIn(path)) removeEntry(join(path, name));
  return removeFolder(path);
}

function removeKnown(
  folder: string,
  isKnown: (name: string) => boolean,
  isWanted: (path: string) => boolean = () => true,
): void {
  if (!lstatIfThere(folder)?.isDirectory()) return;
  for (const name of namesIn(folder)) {
    const path = join(folder, name);
    if (isKnown(name) && isWanted(path)) removeFile(path);
  }
}

export function removeFile(path: string): boolean {
  try {
    fs.unlinkSync(path);
    return true;
  } catch {
    return false;
  }
}

/** The system removes no folder that holds something. */
function removeFolder(folder: string): boolean {
  try {
    fs.rmdirSync(folder);
    return true;
  } catch {
    return false;
  }
}
