import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { RunFileError } from './run-file-error.js';

/**
 * Replaces `file` as a whole: whoever reads it, at whatever moment and after whatever crash, finds the old contents
 * or the new. Throws RunFileError and leaves no temporary file behind.
 */
export function writeAtomically(file: string, contents: string | Uint8Array | readonly Uint8Array[]): void {
  const temporary = `${file}.${process.pid}.tmp`;
  const parts = typeof contents === 'string' ? [Buffer.from(contents)] : [contents].flat();
  try {
    const descriptor = openSync(temporary, 'w');
    try {
      for (const part of parts) {
        for (let written = 0; written < part.length; ) written += writeSync(descriptor, part, written);
      }
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, file);
    syncFolder(dirname(file));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new RunFileError(file, error);
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
