/** Folders of images, each with an ICDAR text file of its own. */
import { basename, join } from 'node:path';
import { z } from 'zod';
import { DataError, parseIcdar, type Report, seesPolygons, type TextInstance } from '../../labels/index.js';
import type { Sample, Split } from '../sample.js';
import { isFolder, isImage, listFiles, readText, splitNames, withoutExtension } from './files.js';
import type { Reader } from './reader.js';

const keys = {
  polygon_points: z
    .union([z.literal(4), z.literal('any')])
    .default(4)
    .describe(
      'Points on a line of ICDAR labels. 4: the rest of the line is the transcript. any: coordinates go up to the last ' +
        'field. Not guessed, because "1,234.00" is a transcript on a receipt.',
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
  const labelFiles = new Set(listFiles(labels, (name) => name.endsWith('.txt')));
  const samples: Sample[] = [];
  for (const image of listFiles(images, isImage)) {
    const labelFile = labelNames(image).find((name) => labelFiles.has(name));
    if (labelFile === undefined) {
      report({
        path: join(images, image),
        message: `has no label file ${withoutExtension(basename(image))}.txt in ${labels}`,
      });
      continue;
    }
    labelFiles.delete(labelFile);
    const labelPath = join(labels, labelFile);
    const instances = readTexts(labelPath, points, report);
    samples.push({ id: withoutExtension(image), imagePath: join(images, image), labelPath, instances });
  }
  for (const orphan of labelFiles) {
    report({ path: join(labels, orphan), message: `has no image ${labelStem(orphan)}.* in ${images}` });
  }
  return samples;
}

/** @throws DataError when the file holds polygons of more points than are being read: its texts would all be wrong */
function readTexts(path: string, points: PolygonPoints, report: Report): TextInstance[] {
  const text = readText(path);
  if (points === 4 && seesPolygons(text)) {
    const message =
      'every line has more than eight coordinates; set data.polygon_points=any to read polygons';
    throw new DataError({ path, message });
  }
  return parseIcdar(text, path, { shape: points === 4 ? 'quadrilateral' : 'polygon', report });
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
