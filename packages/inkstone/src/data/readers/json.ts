/** One JSON file per split, beside its images. */
import { dirname, join } from 'node:path';
import { parseJson } from '../../labels/index.js';
import type { Split } from '../sample.js';
import { findImage, firstFile, type ImagePlaces, readText, splitNames, toSample } from './files.js';
import type { Reader } from './reader.js';

export const json = {
  name: 'json',
  layout: '<root>/train.json or <root>/labels.json',
  readsFile: true,
  keys: {},
  find({ root }, split) {
    const path = findLabelFile(root, split);
    if (path === undefined) return null;
    const places = placesOf(root, path, split);
    return (report) =>
      parseJson(readText(path), path, report).flatMap((image) => toSample(image, places, report));
  },
} as const satisfies Reader;

/** `<root>/train.json`, `<root>/jsons/train.json`, `<root>/train/labels.json`; unsplit: `root` itself or `<root>/labels.json`. */
function findLabelFile(root: string, split: Split | null): string | undefined {
  const own = ['labels.json', 'annotations.json', 'label.json', 'annotation.json'];
  if (split === null) return firstFile(root, ['', ...own]);
  const names = splitNames(split).flatMap((name) => [
    `${name}.json`,
    join('jsons', `${name}.json`),
    join('annotations', `${name}.json`),
    ...own.map((file) => join(name, file)),
  ]);
  return firstFile(root, names);
}

/** The file of the image `name` in a label file that is `data.root` itself; undefined when it is not there. */
export function imageNamed(name: string, labelPath: string): string | undefined {
  return findImage(name, placesOf(dirname(labelPath), labelPath, null));
}

function placesOf(root: string, labelPath: string, split: Split | null): ImagePlaces {
  return { root, labelPath, folders: imageFolders(root, dirname(labelPath), split) };
}

/** Where images of the split may lie, the usual place first. */
function imageFolders(root: string, labelFolder: string, split: Split | null): string[] {
  const names = split === null ? [] : splitNames(split);
  return [
    ...names.flatMap((name) => [join(root, 'images', name), join(root, name, 'images'), join(root, name)]),
    join(labelFolder, 'images'),
    labelFolder,
    join(root, 'images'),
  ];
}
