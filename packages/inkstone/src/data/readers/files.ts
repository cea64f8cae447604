/** Finding and reading files of a dataset, with errors that say which one and why. */
import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { DataError, type LabelledImage, type Report } from '../../labels/index.js';
import type { Sample, Split } from '../sample.js';

/**
 * Pictures as cameras and scanners write them. A format that turns out not to be supported (BMP, HEIC) is listed all the
 * same, so that its files are named instead of passed over.
 */
const IMAGE_EXTENSIONS: ReadonlySet<string> = new Set([
  '.jpg',
  '.jpeg',
  '.png',
  '.webp',
  '.tif',
  '.tiff',
  '.bmp',
  '.gif',
  '.avif',
  '.heic',
]);

/** Folder names under which people keep each split, the usual one first. */
const SPLIT_NAMES: Readonly<Record<Split, readonly string[]>> = {
  train: ['train', 'training'],
  val: ['val', 'valid', 'validation'],
  test: ['test', 'testing'],
};

/** Names for a split; `val` and `test` stand in for each other where a dataset has only one of them. */
export function splitNames(split: Split): readonly string[] {
  if (split === 'train') return SPLIT_NAMES.train;
  return split === 'val'
    ? [...SPLIT_NAMES.val, ...SPLIT_NAMES.test]
    : [...SPLIT_NAMES.test, ...SPLIT_NAMES.val];
}

export function isImage(name: string): boolean {
  return IMAGE_EXTENSIONS.has(extname(name).toLowerCase());
}

export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

export function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** The first of `names` that is a file in `folder`, as a path. */
export function firstFile(folder: string, names: readonly string[]): string | undefined {
  return names.map((name) => join(folder, name)).find(isFile);
}

/** The image with its file, looked up in `folders`, and its id; nothing when the file is not there, which is reported. */
export function toSample(
  { name, line, instances }: LabelledImage,
  labelPath: string,
  folders: readonly string[],
  report: Report,
): Sample | [] {
  const imagePath = folders.map((folder) => join(folder, name)).find(isFile);
  if (imagePath !== undefined) return { id: withoutExtension(name), imagePath, labelPath, instances };
  const message = `there is no image ${name} in ${folders[0]}`;
  report({ path: labelPath, ...(line !== undefined && { line }), message });
  return [];
}

/**
 * Files below `folder` for which `wanted` holds, as paths relative to it with `/`, sorted by code unit so that the order
 * depends on no locale. Hidden files and folders are passed over.
 *
 * @throws DataError when a folder cannot be read
 */
export function listFiles(folder: string, wanted: (name: string) => boolean): string[] {
  const found: string[] = [];
  const visit = (current: string): void => {
    for (const entry of readFolder(current)) {
      if (entry.name.startsWith('.')) continue;
      const path = join(current, entry.name);
      if (entry.isDirectory() || (entry.isSymbolicLink() && isFolder(path))) visit(path);
      else if (wanted(entry.name)) found.push(relative(folder, path).split(sep).join('/'));
    }
  };
  visit(folder);
  return found.sort((a, b) => (a < b ? -1 : 1));
}

/** @throws DataError when the folder cannot be read */
export function readFolder(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw new DataError({ path: folder, message: `cannot read the folder: ${systemReason(error)}` });
  }
}

/** @throws DataError when the file cannot be read */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new DataError({ path, message: `cannot read the file: ${systemReason(error)}` });
  }
}

/** `permission denied` and the like, from a Node system error. */
export function systemReason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied';
  if (code === 'ENOENT') return 'it does not exist';
  if (code === 'ENOTDIR') return 'it is not a folder';
  return error instanceof Error ? error.message : String(error);
}

/** A file's name below its folder, without extension. */
export function withoutExtension(path: string): string {
  return path.slice(0, path.length - extname(path).length);
}
