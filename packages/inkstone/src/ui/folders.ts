/** Finding files without being led out of the folders that the user has given. */
import { lstatSync, realpathSync, type Stats } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { InputError } from '../system/index.js';

/** The real path of `name` in the folder `root`. Undefined when nothing is there, or when `..` or a link leads out of the folder. */
export function pathInside(root: string, name: string): string | undefined {
  try {
    const top = realpathSync(root);
    const path = realpathSync(resolve(top, name));
    return path.startsWith(top.endsWith(sep) ? top : top + sep) ? path : undefined;
  } catch {
    return undefined;
  }
}

export interface FoundFile {
  readonly path: string;
  readonly stats: Stats;
}

/** A plain file of that name: a link might lead out of the folder, and reading a pipe would never end. */
export function fileIn(folder: string, name: string): FoundFile | undefined {
  const path = join(folder, name);
  const stats = statOf(path);
  return stats?.isFile() ? { path, stats } : undefined;
}

/** Of the link itself, where it is one; undefined when nothing is there. */
export function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}

/** For a folder that is written to. @throws InputError for a link: it might lead out of the folder that the user has given */
export function refuseLink(path: string): void {
  if (statOf(path)?.isSymbolicLink()) {
    throw new InputError(`${path}: is a link, and nothing is written through it; put a folder in its place`);
  }
}
