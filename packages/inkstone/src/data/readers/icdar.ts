/** Folders of images, each with an ICDAR text file of its own. */
import { basename, extname, join } from 'node:path';
import { z } from 'zod';
import {
  DataError,
  type IcdarShape,
  type Problem,
  parseIcdar,
  type Report,
  seesOnlyPoints,
  seesPolygons,
  type TextInstance,
} from '../../labels/index.js';
import type { Sample, Split } from '../sample.js';
import { isFolder, isImage, listFiles, readText, splitNames, withoutExtension } from './files.js';
import type { Reader } from './reader.js';

const keys = {
  polygon_points: z
    .union([z.literal(4), z.literal('any')])
    .default(4)
    .describe(
      'Points on a line of ICDAR labels. 4: the rest of the line is the transcript. any: coordinates go up to the last ' +
        'field, or to the end where no file holds anything else. Not guessed, because "1,234.00" is a transcript on a receipt.',
    ),
};

export const icdar = {
  name: 'icdar',
  layout: '<root>/train/images/ID.jpg with <root>/train/gt/ID.txt',
  keys,
  find({ root, polygon_points }, split) {
    const folders = findFolders(root, split);
    return folders && ((report) => readFolders(folders, polygon_points, report));
  },
} as const satisfies Reader<typeof keys>;

type PolygonPoints = z.output<typeof keys.polygon_points>;

const IMAGE_FOLDERS = ['images', 'imgs', 'img', 'image'];
const LABEL_FOLDERS = ['gt', 'gts', 'labels', 'label', 'annotations'];

interface Folders {
  images: string;
  labels: string;
}

/** `<root>/train/{images,gt}`, `<root>/{images,gt}/train`, `<root>/train_{images,gt}`, or all files in `<root>/train`. */
function findFolders(root: string, split: Split | null): Folders | null {
  if (split === null) return foldersBelow(root);
  for (const name of splitNames(split)) {
    if (isFolder(join(root, name))) return foldersBelow(join(root, name));
    for (const path of [(folder: string) => join(folder, name), (folder: string) => `${name}_${folder}`]) {
      const labels = firstFolder(root, LABEL_FOLDERS.map(path));
      const images = firstFolder(root, IMAGE_FOLDERS.map(path));
      if (labels && images) return { images, labels };
    }
  }
  return null;
}

function foldersBelow(folder: string): Folders {
  const below = (names: readonly string[]) => firstFolder(folder, names) ?? folder;
  return { images: below(IMAGE_FOLDERS), labels: below(LABEL_FOLDERS) };
}

function firstFolder(root: string, names: readonly string[]): string | undefined {
  return names.map((name) => join(root, name)).find(isFolder);
}

function readFolders({ images, labels }: Folders, points: PolygonPoints, report: Report): Sample[] {
  const labelFiles = new Map<string, string[]>();
  for (const file of listFiles(labels, isLabel)) add(labelFiles, withoutExtension(file), file);
  const shape = points === 4 ? 'quadrilateral' : shapeOf([...labelFiles.values()].flat(), labels);
  const samples: Sample[] = [];
  const withImage = new Set<string>();
  const byId = new Map<string, string[]>();
  for (const image of listFiles(images, isImage)) add(byId, withoutExtension(image), image);
  for (const [id, files] of byId) {
    const stem = files.flatMap(labelStems).find((name) => labelFiles.has(name));
    const found = stem === undefined ? [] : (labelFiles.get(stem) ?? []);
    const labelPaths = found.map((file) => join(labels, file));
    for (const file of found) withImage.add(file);
    const imagePath = join(images, files[0]);
    const problem = pairProblem(files, labelPaths, labels);
    if (problem !== null) report({ path: imagePath, image: id, ...problem });
    else {
      const instances = readTexts(labelPaths[0], id, shape, report);
      if (instances) samples.push({ id, imagePath, labelPath: labelPaths[0], instances });
    }
  }
  for (const file of [...labelFiles.values()].flat()) {
    if (withImage.has(file)) continue;
    const message = `has no image ${withoutExtension(basename(file)).replace(/^(?:gt|res)_/, '')}.* in ${images}`;
    report({ path: join(labels, file), message, reason: 'a label file has no image' });
  }
  return samples;
}

const isLabel = (name: string): boolean => extname(name).toLowerCase() === '.txt';

function add(map: Map<string, string[]>, key: string, value: string): void {
  map.set(key, [...(map.get(key) ?? []), value]);
}

/** What keeps pictures of one name and the label files for that name from being a sample, or null. */
function pairProblem(
  files: readonly string[],
  labelPaths: readonly string[],
  labels: string,
): Pick<Problem, 'message' | 'reason'> | null {
  const [first, ...others] = files;
  if (others.length > 0) {
    const reason = 'pictures have the same name but for its end';
    const message = `has the same name as ${others.join(', ')}, so its label file is not clear; keep or rename one`;
    return { message, reason };
  }
  if (labelPaths.length > 1) {
    const message = `has ${labelPaths.length} label files, ${labelPaths.join(' and ')}; keep one`;
    return { message, reason: 'a picture has several label files' };
  }
  if (labelPaths.length === 1) return null;
  const message = `has no label file ${withoutExtension(basename(first))}.txt in ${labels}`;
  return { message, reason: 'a picture has no label file' };
}

/** Lines of nothing but numbers may be outlines or end in a transcript like "12,50": the whole set decides. */
function shapeOf(files: readonly string[], labels: string): IcdarShape {
  const isOutlines = files.every((file) => {
    try {
      return seesOnlyPoints(readText(join(labels, file)));
    } catch (error) {
      // It is reported where its texts are read.
      if (error instanceof DataError) return true;
      throw error;
    }
  });
  return isOutlines ? 'outline' : 'polygon';
}

/** Texts of one image, or null when they cannot all be placed. */
function readTexts(path: string, image: string, shape: IcdarShape, report: Report): TextInstance[] | null {
  const problems: Problem[] = [];
  let instances: TextInstance[] = [];
  try {
    const text = readText(path);
    if (shape === 'quadrilateral' && seesPolygons(text)) {
      const reason =
        'every line has more than eight coordinates; set data.polygon_points=any to read polygons';
      problems.push({ path, message: reason });
    } else instances = parseIcdar(text, path, { shape, report: (problem) => problems.push(problem) });
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    problems.push(error.problem);
  }
  for (const problem of problems) report({ ...problem, image });
  return problems.every(({ ignored }) => ignored) ? instances : null;
}

/** Names, without `.txt`, under which the labels of `image` may be found: `001`, `gt_001`, `res_001`, `001.jpg`. */
function labelStems(image: string): string[] {
  const name = withoutExtension(basename(image));
  const folder = image.slice(0, image.length - basename(image).length);
  return [name, `gt_${name}`, `res_${name}`, basename(image)].map((stem) => folder + stem);
}
