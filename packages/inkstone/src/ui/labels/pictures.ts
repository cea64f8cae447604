/** The pictures of a folder that is labelled. No link is followed: it might lead out of the folder, or to one picture twice. */
import { type Dirent, readdirSync, realpathSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { isImage } from '../../data/index.js';
import { pathInside, statOf } from '../folders.js';

/** Where exports are put, whose pictures are copies. */
export const EXPORTS = 'inkstone-exports';

const isPassedOver = (name: string): boolean => name.startsWith('.') || name === EXPORTS;

/** Paths below `root` with `/`, sorted by code unit. A folder that cannot be read has none. */
export function pictureNames(root: string, below = ''): string[] {
  return entriesOf(join(root, below))
    .filter(({ name }) => !isPassedOver(name))
    .flatMap((entry) => {
      const name = below + entry.name;
      if (entry.isDirectory()) return pictureNames(root, `${name}/`);
      return entry.isFile() && isImage(name) ? [name] : [];
    })
    .sort((a, b) => (a < b ? -1 : 1));
}

/** The path of the picture of that name; undefined for a name that `pictureNames` would not give. */
export function pictureFile(root: string, name: string): string | undefined {
  if (!isImage(name) || name.split('/').some(isPassedOver)) return undefined;
  const path = pathInside(root, name);
  if (path === undefined || !statOf(path)?.isFile()) return undefined;
  // The name itself, and no other way to the same file.
  return relative(realpathSync(root), path).split(sep).join('/') === name ? path : undefined;
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
