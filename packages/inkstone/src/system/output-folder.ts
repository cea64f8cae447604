import { existsSync, mkdirSync, mkdtempSync, rmdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { RunFileError } from './atomic-write.js';

/**
 * Makes the folder that results will be written to, and proves that something can be: called before hours of work, not after.
 *
 * @throws RunFileError
 */
export function prepareFolder(folder: string): void {
  try {
    // Where no folder can be made, as in /proc, Node tries to make a folder and its parents without end.
    proveWritable(nearestFolder(folder));
    mkdirSync(folder, { recursive: true });
    proveWritable(folder);
  } catch (error) {
    throw new RunFileError(folder, error);
  }
}

/** Asking for permissions would not do: root has them all, and a read-only disk does not care. */
function proveWritable(folder: string): void {
  rmdirSync(mkdtempSync(join(folder, '.inkstone-')));
}

/** The folder itself, or the first one around it that is there. */
function nearestFolder(folder: string): string {
  let nearest = resolve(folder);
  while (!existsSync(nearest)) nearest = dirname(nearest);
  return nearest;
}
