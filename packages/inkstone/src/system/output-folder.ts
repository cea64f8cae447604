import { mkdirSync, mkdtempSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { RunFileError } from './atomic-write.js';

/**
 * Makes the folder that results will be written to, and proves that something can be: called before hours of work, not after.
 *
 * @throws RunFileError
 */
export function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    // Asking for permissions would not do: root has them all, and a read-only disk does not care.
    rmdirSync(mkdtempSync(join(folder, '.inkstone-')));
  } catch (error) {
    throw new RunFileError(folder, error);
  }
}
