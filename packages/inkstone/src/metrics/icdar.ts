/**
 * ICDAR text files, one text a line, from a folder or a zip:
 *
 *     x1,y1,x2,y2,x3,y3,x4,y4[,transcript]      quadrilaterals (a transcript may contain commas)
 *     x1,y1,…,xn,yn[,transcript]                polygons
 *
 * A line of ten numbers may be five points, or four and the transcript "12,50". So the whole set decides: its lines are
 * polygons when every line holds nothing but an even count of numbers, or when the caller says so.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { unzipSync } from 'fflate';
import { COORDINATE_LIMIT, type Point } from 'inkstone-detect/geometry';
import { IcdarError } from './icdar-error.js';
import type { GroundTruthText } from './types.js';

/** Transcript of a text that nobody could read. */
export const UNREADABLE = '###';

export type IcdarShape = 'auto' | 'quadrilateral' | 'polygon';

/** Texts by image: the file name without `.txt` and without the prefixes `gt_` and `res_`. */
export type IcdarTexts = ReadonlyMap<string, readonly GroundTruthText[]>;

interface SourceFile {
  readonly id: string;
  /** As a person would look it up: the path, or archive and entry. */
  readonly name: string;
  readonly text: string;
}

const NUMBER = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;
const QUADRILATERAL_NUMBERS = 8;
const POLYGON_LEAST_NUMBERS = 6;

/** Reads every `.txt` file of a folder or zip. Throws `IcdarError`. */
export async function readIcdar(path: string, shape: IcdarShape = 'auto'): Promise<IcdarTexts> {
  const files = await readSources(path);
  if (files.length === 0) {
    throw new IcdarError(
      'holds no .txt file; expected one for each image, such as gt_1.txt or res_1.txt',
      path,
    );
  }
  const lines = files.map((file) => ({ file, lines: splitLines(file.text) }));
  const polygons =
    shape === 'polygon' ||
    (shape === 'auto' && lines.every((f) => f.lines.every(({ fields }) => isOnlyPoints(fields))));
  const texts = new Map<string, GroundTruthText[]>();
  for (const { file, lines: content } of lines) {
    if (texts.has(file.id))
      throw new IcdarError(`is a second file for image "${file.id}"; remove one`, file.name);
    texts.set(
      file.id,
      content.map(({ fields, line }) => parseLine(fields, polygons, file.name, line)),
    );
  }
  return texts;
}

async function readSources(path: string): Promise<SourceFile[]> {
  const info = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    const problem = cause.code === 'ENOENT' ? 'no such folder or zip file' : cause.message;
    throw new IcdarError(problem, path, undefined, { cause });
  });
  if (!info.isDirectory()) return unzip(path, await readFile(path));
  const names = (await readdir(path)).filter((name) => name.endsWith('.txt')).sort();
  return Promise.all(
    names.map(async (name) => ({
      id: idOf(name),
      name: join(path, name),
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
      name: `${path}/${entry}`,
      text: decoder.decode(data),
    }));
  } catch (cause) {
    throw new IcdarError(
      'is not a readable zip file; give a folder or a zip of .txt files',
      path,
      undefined,
      { cause },
    );
  }
}

function idOf(fileName: string): string {
  return fileName.replace(/\.txt$/, '').replace(/^(?:gt_|res_)/, '');
}

function splitLines(text: string): { fields: string[]; line: number }[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .map((content, i) => ({ fields: content.split(','), line: i + 1 }))
    .filter(({ fields }) => fields.length > 1 || fields[0].trim() !== '');
}

function isOnlyPoints(fields: readonly string[]): boolean {
  return (
    fields.length >= POLYGON_LEAST_NUMBERS && fields.length % 2 === 0 && fields.every((f) => NUMBER.test(f))
  );
}

function parseLine(fields: readonly string[], polygon: boolean, file: string, line: number): GroundTruthText {
  const firstOther = fields.findIndex((field) => !NUMBER.test(field));
  const numbers = firstOther < 0 ? fields.length : firstOther;
  const least = polygon ? POLYGON_LEAST_NUMBERS : QUADRILATERAL_NUMBERS;
  if (numbers < least) {
    const expected = polygon ? 'x1,y1,x2,y2,x3,y3,…' : 'x1,y1,x2,y2,x3,y3,x4,y4';
    const found = firstOther < 0 ? '' : `, then ${JSON.stringify(fields[firstOther].trim().slice(0, 20))}`;
    throw new IcdarError(
      `expected ${expected} and a transcript, found ${numbers} numbers${found}`,
      file,
      line,
    );
  }
  const used = polygon ? numbers - (numbers % 2) : QUADRILATERAL_NUMBERS;
  const points: Point[] = [];
  for (let i = 0; i < used; i += 2) points.push([coordinate(fields[i]), coordinate(fields[i + 1])]);
  const transcript = unquote(fields.slice(used).join(','));
  return { polygon: points, transcript, ignore: transcript === UNREADABLE };

  function coordinate(field: string): number {
    const value = Number(field);
    if (Math.abs(value) <= COORDINATE_LIMIT) return value;
    throw new IcdarError(`coordinate ${field.trim()} is beyond ±${COORDINATE_LIMIT} pixels`, file, line);
  }
}

/** ICDAR 2013 writes transcripts in double quotes, with backslashes before inner ones. */
function unquote(transcript: string): string {
  const quoted = /^\s*"(.*)"\s*$/.exec(transcript);
  return quoted ? quoted[1].replace(/\\(["\\])/g, '$1') : transcript;
}
