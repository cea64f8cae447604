/** The ICDAR files of a data set or of results, from a folder or a zip. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { unzipSync } from 'fflate';
import { DataError, fail, parseIcdar, seesOnlyPoints, type TextInstance } from '../labels/index.js';

/** How lines are read: as four points and a transcript, as more points, or (`auto`) as they look. */
export const ICDAR_SHAPES = ['auto', 'quadrilateral', 'polygon'] as const;
export type IcdarSetShape = (typeof ICDAR_SHAPES)[number];

/** Texts by image: the file name without `.txt` and without the prefixes `gt_` and `res_`. */
export type IcdarTexts = ReadonlyMap<string, readonly TextInstance[]>;

interface SourceFile {
  readonly id: string;
  /** As a person would look it up: the path, or archive and entry. */
  readonly path: string;
  readonly text: string;
}

/**
 * Reads every `.txt` file of a folder or zip. A line of ten numbers may be five points, or four and the transcript
 * "12,50", so the whole set decides: it is all outlines when no line of it holds anything else.
 *
 * @throws DataError
 */
export async function readIcdar(path: string, shape: IcdarSetShape = 'auto'): Promise<IcdarTexts> {
  const files = await readSources(path);
  if (files.length === 0) {
    const message = 'holds no .txt file; expected one for each image, such as gt_1.txt or res_1.txt';
    throw new DataError({ path, message });
  }
  const onlyPoints = shape !== 'quadrilateral' && files.every(({ text }) => seesOnlyPoints(text));
  const lines = onlyPoints ? 'outline' : shape === 'auto' ? 'quadrilateral' : shape;
  const texts = new Map<string, TextInstance[]>();
  for (const file of files) {
    if (texts.has(file.id)) {
      throw new DataError({
        path: file.path,
        message: `is a second file for image "${file.id}"; remove one`,
      });
    }
    texts.set(file.id, parseIcdar(file.text, file.path, { shape: lines, anyPolygon: true, report: fail }));
  }
  return texts;
}

async function readSources(path: string): Promise<SourceFile[]> {
  const info = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    const message = cause.code === 'ENOENT' ? 'no such folder or zip file' : cause.message;
    throw new DataError({ path, message }, { cause });
  });
  if (!info.isDirectory()) return unzip(path, await readFile(path));
  const names = (await readdir(path)).filter((name) => name.endsWith('.txt')).sort();
  return Promise.all(
    names.map(async (name) => ({
      id: idOf(name),
      path: join(path, name),
      text: await readFile(join(path, name), 'utf8'),
    })),
  );
}

function unzip(path: string, bytes: Uint8Array): SourceFile[] {
  const isText = (name: string) => name.endsWith('.txt') && !name.startsWith('__MACOSX/');
  try {
    const entries = unzipSync(bytes, { filter: ({ name }) => isText(name) });
    const decoder = new TextDecoder();
    return Object.entries(entries).map(([entry, data]) => ({
      id: idOf(basename(entry)),
      path: `${path}/${entry}`,
      text: decoder.decode(data),
    }));
  } catch (cause) {
    const message = 'is not a readable zip file; give a folder or a zip of .txt files';
    throw new DataError({ path, message }, { cause });
  }
}

function idOf(fileName: string): string {
  return fileName.replace(/\.txt$/, '').replace(/^(?:gt_|res_)/, '');
}
