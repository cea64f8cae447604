/**
 * PaddleOCR's label file with paths of images, which are looked up below the label file's folder, its parent (as
 * PPOCRLabel writes them) and the root.
 */
import { dirname, join } from 'node:path';
import { parsePaddle } from '../../labels/index.js';
import type { Split } from '../sample.js';
import { firstFile, readText, splitNames, toSample } from './files.js';
import type { Reader } from './reader.js';

export const paddle = {
  name: 'paddle',
  layout: '<root>/train/Label.txt, <root>/train.txt or <root>/Label.txt',
  readsFile: true,
  keys: {},
  find({ root }, split) {
    const path = findLabelFile(root, split);
    if (path === undefined) return null;
    const places = { root, labelPath: path, folders: [dirname(path), dirname(dirname(path)), root] };
    return (report) =>
      parsePaddle(readText(path), path, report).flatMap((image) => toSample(image, places, report));
  },
} as const satisfies Reader;

/** `<root>/train/Label.txt`, `<root>/train_label.txt`, `<root>/train.txt` and so on; unsplit: `root` itself or `<root>/Label.txt`. */
function findLabelFile(root: string, split: Split | null): string | undefined {
  const own = ['Label.txt', 'label.txt', 'labels.txt'];
  if (split === null) return firstFile(root, ['', ...own]);
  const names = splitNames(split).flatMap((name) => [
    ...own.map((file) => join(name, file)),
    ...[`${name}_label.txt`, `${name}_labels.txt`, `label_${name}.txt`, `Label_${name}.txt`, `${name}.txt`],
  ]);
  return firstFile(root, names);
}
