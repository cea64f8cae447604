import { existsSync, lstatSync, mkdirSync, mkdtempSync, rmdirSync, type Stats } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { RunFileError } from './atomic-write.js';

/**
 * Makes the folder that results will be written to, and proves that something can be: called before hours of work, not after.
 *
 * @throws RunFileError
 */
export function prepareFolder(folder: string): void {
  try {
    makeFolder(folder);
    // Asking for permissions would not do: root has them all, and a read-only disk does not care.
    rmdirSync(mkdtempSync(join(folder, '.inkstone-')));
  } catch (error) {
    throw new RunFileError(folder, error);
  }
}

/**
 * Makes the folder and those around it. Node's own way to do that tries without end where no folder can be made, as in /proc.
 * Throws as the file system does.
 */
export function makeFolder(folder: string): void {
  const missing: string[] = [];
  for (let path = resolve(folder); !existsSync(path); path = dirname(path)) missing.unshift(path);
  for (const path of missing) {
    try {
      mkdirSync(path);
    } catch (error) {
      // Another process was faster.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** What is there under a name: of a link, the link itself. Throws RunFileError for a name that no file can have. */
export function look(file: string): Stats | undefined {
  try {
    return lstatSync(file, { throwIfNoEntry: false });
  } catch (error) {
    // Below a file there is nothing.
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
    throw new RunFileError(file, error);
  }
}
