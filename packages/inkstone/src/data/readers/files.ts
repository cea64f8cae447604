/** Finding and reading files of a dataset, with errors that say which one and why. */
import {
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs';
import { dirname, extname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { DataError, type LabelledImage, labelText, type Report } from '../../labels/index.js';
import { bytes, systemReason } from '../../system/index.js';
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
  return statOf(path)?.isDirectory() ?? false;
}

export function isFile(path: string): boolean {
  return statOf(path)?.isFile() ?? false;
}

/** Of what is there under that name; nothing when it is not, or when no file can have it. */
function statOf(path: string): Stats | undefined {
  try {
    // Most are asked for where they may be: an error for each that is not there takes ten times as long.
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** The first of `names` that is a file in `folder`, as a path. */
export function firstFile(folder: string, names: readonly string[]): string | undefined {
  return names.map((name) => join(folder, name)).find(isFile);
}

/** Where a label file that names pictures may look for them. */
export interface ImagePlaces {
  readonly root: string;
  readonly labelPath: string;
  /** The usual place first. */
  readonly folders: readonly string[];
}

/**
 * The image with its file and its id; nothing when the file is not there, which is reported. Names come from outside and do
 * not lead out of the data set; links, which somebody put on this disk, may.
 */
export function toSample(
  { name, line, instances }: LabelledImage,
  places: ImagePlaces,
  report: Report,
): Sample | [] {
  const { labelPath, folders } = places;
  const id = withoutExtension(name);
  const refuse = (message: string, reason: string): [] => {
    report({ path: labelPath, ...(line !== undefined && { line }), message, reason, image: id });
    return [];
  };
  if (leadsOut(name)) {
    const reason = 'an image has a name that leads out of the data set';
    return refuse(
      `the image ${name} leads out of the data set; name it by its path below ${wholeOf(places)}`,
      reason,
    );
  }
  const imagePath = findImage(name, places);
  if (imagePath !== undefined) return { id, imagePath, labelPath, instances };
  return refuse(`there is no image ${name} in ${folders[0]}`, 'an image is not there');
}

/** The file that a label file means by `name`: the first there is. Undefined when there is none inside of the data set. */
export function findImage(name: string, places: ImagePlaces): string | undefined {
  if (leadsOut(name)) return undefined;
  const whole = wholeOf(places);
  return places.folders
    .map((folder) => join(folder, name))
    .find((path) => !relative(whole, resolve(path)).startsWith('..') && isFile(path));
}

const leadsOut = (name: string): boolean => isAbsolute(name) || name.split(/[\\/]/).includes('..');

const wholeOf = ({ root }: ImagePlaces): string => resolve(isFile(root) ? dirname(root) : root);

/**
 * Files below `folder` for which `wanted` holds, as paths relative to it with `/`, sorted by code unit so that the order
 * depends on no locale. Hidden files and folders are passed over. A folder is read once, however many links lead to it, and
 * a link to a folder around it not at all.
 *
 * @throws DataError when a folder cannot be read
 */
export function listFiles(folder: string, wanted: (name: string) => boolean): string[] {
  const found: string[] = [];
  const seen = new Set<string>();
  const visit = (current: string): void => {
    const real = realPath(current);
    if (seen.has(real)) return;
    seen.add(real);
    const links: string[] = [];
    for (const entry of readFolder(current).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name.startsWith('.')) continue;
      const path = join(current, entry.name);
      if (entry.isDirectory()) visit(path);
      else if (entry.isSymbolicLink() && isFolder(path)) links.push(path);
      else if (wanted(entry.name)) found.push(relative(folder, path).split(sep).join('/'));
    }
    for (const link of links) {
      const leadsAround = [...seen].some((below) => below.startsWith(realPath(link) + sep));
      if (!leadsAround) visit(link);
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

/** Bytes of a label file: the labels of some hundred thousand pictures. */
const MAX_LABEL_BYTES = 64 * 2 ** 20;

/**
 * A label file's text. Pipes, devices and sockets, which may never end, are not read.
 *
 * @param decode what its bytes say, or throws
 * @throws DataError when that cannot be read
 */
export function readText(path: string, decode = labelText): string {
  let file: number | undefined;
  try {
    // Opening a pipe would wait for its writer.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = fstatSync(file);
    if (!stats.isFile()) throw new Error('it is no regular file');
    if (stats.size > MAX_LABEL_BYTES) {
      throw new Error(`it has ${bytes(stats.size)}; a label file may have ${bytes(MAX_LABEL_BYTES)}`);
    }
    return decode(readFileSync(file));
  } catch (error) {
    throw new DataError({ path, message: `cannot read the file: ${systemReason(error)}` });
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Where the path leads in the end; itself when that cannot be said. */
export function realPath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return resolve(path);
  }
}

/** A file's name below its folder, without extension. */
export function withoutExtension(path: string): string {
  return path.slice(0, path.length - extname(path).length);
}
