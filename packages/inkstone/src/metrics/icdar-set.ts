/** The ICDAR files of a data set or of results, from a folder or a zip. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import {
  DataError,
  fail,
  labelText,
  parseIcdar,
  seesOnlyPoints,
  type TextInstance,
} from '../labels/index.js';
import { bytes, systemReason } from '../system/index.js';
import { listZip, ZipError } from './zip.js';

/** How lines are read: as four points and a transcript, as more points, or (`auto`) as they look. */
export const ICDAR_SHAPES = ['auto', 'quadrilateral', 'polygon'] as const;
export type IcdarSetShape = (typeof ICDAR_SHAPES)[number];

/**
 * Texts by image: the file name without `.txt` and without the prefixes `gt_` and `res_`, behind the folders below the one
 * that all files share.
 */
export type IcdarTexts = ReadonlyMap<string, readonly TextInstance[]>;

interface SourceFile {
  /** Below the folder or in the archive, with `/`. */
  readonly name: string;
  /** As a person would look it up: the path, or archive and entry. */
  readonly path: string;
  readonly size: number;
  /** Throws DataError. */
  read(): Uint8Array;
}

/** Far above any competition's files, and far below what would not fit into memory. */
const MOST_FILES = 100_000;
const MOST_TEXTS = 1_000_000;
const MOST_BYTES = { file: 16 * 2 ** 20, all: 64 * 2 ** 20, archive: 512 * 2 ** 20 } as const;

/**
 * Reads every `.txt` file of a folder or zip. A line of ten numbers may be five points, or four and the transcript
 * "12,50", so the whole set decides: it is all outlines when no line of it holds anything else.
 *
 * @throws DataError
 */
export async function readIcdar(path: string, shape: IcdarSetShape = 'auto'): Promise<IcdarTexts> {
  const files = readTexts(path);
  const onlyPoints = shape !== 'quadrilateral' && files.every(({ text }) => seesOnlyPoints(text));
  const lines = onlyPoints ? 'outline' : shape === 'auto' ? 'quadrilateral' : shape;
  const texts = new Map<string, TextInstance[]>();
  let count = 0;
  for (const file of files) {
    if (texts.has(file.id)) {
      throw new DataError({
        path: file.path,
        message: `is a second file for image "${file.id}"; remove one`,
      });
    }
    const found = parseIcdar(file.text, file.path, { shape: lines, anyPolygon: true, report: fail });
    texts.set(file.id, found);
    count += found.length;
    if (count > MOST_TEXTS) {
      throw new DataError({ path, message: `holds more than ${MOST_TEXTS} texts; evaluate it in parts` });
    }
  }
  return texts;
}

interface TextFile {
  readonly id: string;
  readonly path: string;
  readonly text: string;
}

function readTexts(path: string): TextFile[] {
  const files = listSources(path);
  refuseTooMuch(path, files);
  const shared = sharedFolder(files.map(({ name }) => name));
  return files.map((file) => ({
    id: idOf(file.name.slice(shared.length)),
    path: file.path,
    text: textOf(file),
  }));
}

function textOf({ path, read }: SourceFile): string {
  const contents = read();
  return orFail(path, () => labelText(contents));
}

function listSources(path: string): SourceFile[] {
  const info = orFail(path, () => statSync(path, { throwIfNoEntry: false }));
  if (info === undefined) throw new DataError({ path, message: 'no such folder or zip file' });
  if (info.isDirectory()) return listFolder(path);
  if (!info.isFile()) throw new DataError({ path, message: 'is neither a folder nor a zip file' });
  if (info.size > MOST_BYTES.archive) {
    const message = `has ${bytes(info.size)}; a zip file may have ${bytes(MOST_BYTES.archive)}`;
    throw new DataError({ path, message });
  }
  return listArchive(path);
}

function listFolder(path: string): SourceFile[] {
  const names = orFail(path, () => readdirSync(path, { recursive: true, encoding: 'utf8' }));
  return names.filter(isText).flatMap((name) => {
    const file = join(path, name);
    const info = orFail(file, () => statSync(file));
    if (info.isDirectory()) return [];
    if (!info.isFile()) throw new DataError({ path: file, message: 'is no file' });
    return { name, path: file, size: info.size, read: () => orFail(file, () => readFileSync(file)) };
  });
}

function listArchive(path: string): SourceFile[] {
  const archive = orFail(path, () => readFileSync(path));
  const entries = orFail(path, () => listZip(archive), '; give a folder or a zip of .txt files');
  return entries
    .filter(({ name }) => isText(name))
    .map(({ name, size, read }) => {
      const place = `${path}/${name}`;
      return { name, path: place, size, read: () => orFail(place, read) };
    });
}

/** Also as .TXT; not what systems and editors put beside it, hidden or in a folder of their own. */
const isText = (name: string): boolean =>
  /\.txt$/i.test(name) && !name.split('/').some((part) => part === '__MACOSX' || /^\.[^.]/.test(part));

function refuseTooMuch(path: string, files: readonly SourceFile[]): void {
  if (files.length === 0) {
    const message = 'holds no .txt file; expected one for each image, such as gt_1.txt or res_1.txt';
    throw new DataError({ path, message });
  }
  if (files.length > MOST_FILES) {
    throw new DataError({
      path,
      message: `holds ${files.length} .txt files; at most ${MOST_FILES} are read`,
    });
  }
  const large = files.find(({ size }) => size > MOST_BYTES.file);
  if (large !== undefined) {
    const message = `has ${bytes(large.size)}; a file of texts may have ${bytes(MOST_BYTES.file)}`;
    throw new DataError({ path: large.path, message });
  }
  const all = files.reduce((sum, { size }) => sum + size, 0);
  if (all > MOST_BYTES.all) {
    const message = `holds ${bytes(all)} of texts; at most ${bytes(MOST_BYTES.all)} are read`;
    throw new DataError({ path, message });
  }
}

/** The folder of all the names with a `/` at its end, or nothing. */
function sharedFolder(names: readonly string[]): string {
  const folders = (name: string) => name.split('/').slice(0, -1);
  const shared = names.map(folders).reduce((a, b) => {
    const differs = a.findIndex((folder, depth) => folder !== b[depth]);
    return differs < 0 ? a : a.slice(0, differs);
  });
  return shared.map((folder) => `${folder}/`).join('');
}

function idOf(name: string): string {
  const file = posix.basename(name);
  return name.slice(0, name.length - file.length) + file.replace(/\.txt$/i, '').replace(/^(?:gt_|res_)/, '');
}

/** @throws DataError for what the system or the archive complains of */
function orFail<T>(path: string, read: () => T, advice = ''): T {
  try {
    return read();
  } catch (cause) {
    const reason = cause instanceof ZipError ? cause.message : `cannot be read: ${systemReason(cause)}`;
    throw new DataError({ path, message: `${reason}${advice}` }, { cause });
  }
}
