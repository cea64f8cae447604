import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { threadId } from 'node:worker_threads';
import { InkstoneError } from './error.js';

type Contents = string | Uint8Array | readonly Uint8Array[];

interface Trouble {
  readonly reason: string;
  readonly advice: string;
}

const DENIED: Trouble = { reason: 'permission denied', advice: 'choose a folder that you may write to' };
const NO_FOLDER: Trouble = {
  reason: 'a file stands where its folder should be',
  advice: 'choose another folder',
};
const TROUBLES: Readonly<Record<string, Trouble>> = {
  ENOSPC: { reason: 'no space left on the device', advice: 'make room' },
  EDQUOT: { reason: 'the disk quota is used up', advice: 'make room' },
  EACCES: DENIED,
  EPERM: DENIED,
  EROFS: { reason: 'the file system is read-only', advice: 'choose a folder on another one' },
  ENAMETOOLONG: { reason: 'its name is too long', advice: 'choose a shorter one' },
  ENOTDIR: NO_FOLDER,
  EEXIST: NO_FOLDER,
  EISDIR: { reason: 'it is a folder', advice: 'choose another name' },
  ENOENT: { reason: 'its folder does not exist', advice: 'make the folder first' },
  ELOOP: { reason: 'its path leads in a circle of links', advice: 'choose another folder' },
  ERR_INVALID_ARG_VALUE: { reason: 'its name holds a NUL character', advice: 'choose another one' },
};
/** The place was right, and there was no room any more. */
const FULL: readonly string[] = ['ENOSPC', 'EDQUOT'];

/** A file could not be written. What was there before is whole; nothing half-written stays. */
export class RunFileError extends InkstoneError {
  override readonly exitCode: 1 | 2;

  constructor(file: string, cause: unknown) {
    const { code = '', message } = cause as NodeJS.ErrnoException;
    const known = TROUBLES[code];
    const why = known === undefined ? message : `${known.reason}; ${known.advice}`;
    super(`${file}: cannot be written: ${why}`, { cause });
    this.exitCode = known === undefined || FULL.includes(code) ? 1 : 2;
  }
}

/** `replaceFile` for what must survive a power cut. Throws RunFileError. */
export function writeAtomically(file: string, contents: Contents): void {
  try {
    replaceFile(file, contents, fsyncSync);
    syncFolder(dirname(file));
  } catch (error) {
    throw new RunFileError(file, error);
  }
}

/**
 * Replaces `file` as a whole: whoever reads it, at whatever moment, finds the old contents or the new. Leaves no temporary file
 * behind, and throws as the file system did.
 */
export function replaceFile(
  file: string,
  contents: Contents,
  beforeClose: (descriptor: number) => void = () => {},
): void {
  const temporary = `${file}.${process.pid}-${threadId}.tmp`;
  const parts = typeof contents === 'string' ? [Buffer.from(contents)] : [contents].flat();
  try {
    const descriptor = openSync(temporary, 'w');
    try {
      for (const part of parts) {
        for (let written = 0; written < part.length; ) written += writeSync(descriptor, part, written);
      }
      beforeClose(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Makes the rename itself survive a power cut. Not every platform lets a folder be opened. */
function syncFolder(folder: string): void {
  try {
    const descriptor = openSync(folder, 'r');
    fsyncSync(descriptor);
    closeSync(descriptor);
  } catch {
    // Without it the file is still whole; a power cut may only bring the older one back.
  }
}
