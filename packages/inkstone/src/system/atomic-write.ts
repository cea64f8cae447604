import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { threadId } from 'node:worker_threads';
import { InkstoneError } from './error.js';

type Contents = string | Uint8Array | readonly Uint8Array[];

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'permission denied',
};

/** A file of the run could not be written. What was there before is whole; nothing half-written stays. */
export class RunFileError extends InkstoneError {
  constructor(file: string, cause: unknown) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason = REASONS[code ?? ''] ?? message;
    super(`${file}: cannot be written: ${reason}; make room, then go on with resume=last`, { cause });
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
