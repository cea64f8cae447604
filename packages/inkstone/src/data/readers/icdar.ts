/**
 * ICDAR folders: one text file per image, one text per line.
 *
 *     x1,y1,x2,y2,x3,y3,x4,y4,transcript
 *
 * The transcript is everything after the eighth comma, commas included. Lines may end in CRLF and the file may begin
 * with a byte order mark. A label file without lines says that its image shows no text.
 */
import { basename, join } from 'node:path';
import { DataError } from '../data-error.js';
import type { DataOptions, Split } from '../options.js';
import type { ProblemLog } from '../problem-log.js';
import { isIgnored, type Sample, type TextInstance } from '../sample.js';
import {
  firstExisting,
  isFolder,
  isImage,
  listFiles,
  readText,
  splitNames,
  withoutExtension,
} from './files.js';
import type { Finder } from './finder.js';
import { coordinateFault, polygonFault, toPolygon } from './instance.js';

const IMAGE_FOLDERS = ['images', 'imgs', 'img', 'image'];
const LABEL_FOLDERS = ['gt', 'gts', 'labels', 'label', 'annotations'];
const QUAD_COORDINATES = 8;
/** Fewest coordinates of a polygon: three points. */
const MIN_COORDINATES = 6;

/** So many lines of numbers are no coincidence of transcripts. */
const TELLING_LINES = 3;

interface Folders {
  images: string;
  labels: string;
}

export const findIcdar: Finder = (options, split) => {
  const folders = findFolders(options.root, split);
  return folders && ((log) => readFolders(folders, options.polygon_points, log));
};

/** `<root>/train/{images,gt}`, `<root>/{images,gt}/train`, `<root>/train_{images,gt}`, or all files in `<root>/train`. */
function findFolders(root: string, split: Split | null): Folders | null {
  if (split === null) return foldersBelow(root);
  for (const name of splitNames(split)) {
    if (isFolder(join(root, name))) return foldersBelow(join(root, name));
    const pairs = [
      ...IMAGE_FOLDERS.map((folder) => [
        join(root, folder, name),
        LABEL_FOLDERS.map((l) => join(root, l, name)),
      ]),
      ...IMAGE_FOLDERS.map((folder) => [
        join(root, `${name}_${folder}`),
        LABEL_FOLDERS.map((l) => join(root, `${name}_${l}`)),
      ]),
    ] as [string, string[]][];
    for (const [images, candidates] of pairs) {
      const labels = firstExisting(candidates, isFolder);
      if (labels && isFolder(images)) return { images, labels };
    }
  }
  return null;
}

function foldersBelow(folder: string): Folders {
  const below = (names: readonly string[]) =>
    firstExisting(
      names.map((name) => join(folder, name)),
      isFolder,
    ) ?? folder;
  return { images: below(IMAGE_FOLDERS), labels: below(LABEL_FOLDERS) };
}

function readFolders(
  { images, labels }: Folders,
  points: DataOptions['polygon_points'],
  log: ProblemLog,
): Sample[] {
  const labelFiles = new Set(listFiles(labels, (name) => name.endsWith('.txt')));
  const samples: Sample[] = [];
  for (const image of listFiles(images, isImage)) {
    const labelFile = labelNames(image).find((name) => labelFiles.has(name));
    if (labelFile === undefined) {
      log.report({
        path: join(images, image),
        message: `has no label file ${withoutExtension(basename(image))}.txt in ${labels}`,
      });
      continue;
    }
    labelFiles.delete(labelFile);
    const labelPath = join(labels, labelFile);
    samples.push({
      id: withoutExtension(image),
      imagePath: join(images, image),
      labelPath,
      instances: parseIcdar(readText(labelPath), labelPath, points, log),
    });
  }
  for (const orphan of labelFiles) {
    log.report({ path: join(labels, orphan), message: `has no image ${labelStem(orphan)}.* in ${images}` });
  }
  return samples;
}

/** Names under which the labels of `image` may be found: `001.txt`, `gt_001.txt`, `001.jpg.txt`. */
function labelNames(image: string): string[] {
  const folder = image.slice(0, image.length - basename(image).length);
  const stem = withoutExtension(basename(image));
  return [`${folder}${stem}.txt`, `${folder}gt_${stem}.txt`, `${image}.txt`];
}

function labelStem(labelFile: string): string {
  return withoutExtension(basename(labelFile)).replace(/^gt_/, '');
}

/**
 * Texts of one label file. Unusable lines are reported with their number and left out.
 *
 * @throws DataError when the file holds polygons of more points than are being read: their texts would all be wrong
 */
export function parseIcdar(
  text: string,
  path: string,
  points: DataOptions['polygon_points'],
  log: ProblemLog,
): TextInstance[] {
  const instances: TextInstance[] = [];
  let lines = 0;
  let longLines = 0;
  text.split(/\r\n|\n|\r/).forEach((line, i) => {
    if (line.trim() === '') return;
    lines++;
    if (points === 4 && leadingCoordinates(line.split(',')) > QUAD_COORDINATES) longLines++;
    const parsed = parseLine(line, points);
    if (typeof parsed === 'string') log.report({ path, line: i + 1, message: parsed });
    else instances.push({ ...parsed, line: i + 1 });
  });
  if (longLines === lines && lines >= TELLING_LINES) {
    const message =
      'every line has more than eight coordinates; set data.polygon_points=any to read polygons';
    throw new DataError({ path, message });
  }
  return instances;
}

/** The text of one line, or what is wrong with it. */
function parseLine(line: string, points: DataOptions['polygon_points']): TextInstance | string {
  const fields = line.split(',');
  const count = points === 4 ? QUAD_COORDINATES : leadingCoordinates(fields);
  const expected = points === 4 ? 'x1,y1,…,x4,y4,transcript' : 'at least three points x,y and a transcript';
  if (fields.length < count || count < MIN_COORDINATES) {
    return `expected ${expected}, found ${fields.length} field${fields.length === 1 ? '' : 's'}: ${shorten(line)}`;
  }
  const coordinates: number[] = [];
  for (const field of fields.slice(0, count)) {
    const value = toNumber(field);
    if (value === null) return `expected a coordinate, found "${shorten(field)}"`;
    const fault = coordinateFault(value);
    if (fault) return fault;
    coordinates.push(value);
  }
  const polygon = toPolygon(coordinates);
  const fault = polygonFault(polygon);
  if (fault) return fault;
  const transcript = fields.slice(count).join(',').trim();
  return { polygon, transcript, ignore: isIgnored(transcript) };
}

/** How many fields before the last one are numbers, rounded down to pairs. */
function leadingCoordinates(fields: readonly string[]): number {
  const end = fields.findIndex((field, i) => i === fields.length - 1 || toNumber(field) === null);
  return end - (end % 2);
}

/** A number as label files write it; NaN and infinities are numbers too, so that they are named as such. */
function toNumber(field: string): number | null {
  const text = field.trim();
  if (/^[+-]?(nan|inf(inity)?)$/i.test(text))
    return /nan/i.test(text) ? Number.NaN : Number.POSITIVE_INFINITY;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : null;
}

/** Enough of a line to recognise it by. */
function shorten(text: string): string {
  const limit = 60;
  return text.length > limit ? `${text.slice(0, limit)}…` : text;
}
