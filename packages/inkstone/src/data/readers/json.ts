/**
 * One JSON file per split, texts by image and word id:
 *
 *     {"images": {"001.jpg": {"words": {"0001": {"points": [[x, y], …], "transcription": "TOTAL"}}}}}
 *
 * Transcriptions are optional; null, `###` and `*` mark unreadable text, as `"illegibility": true` does.
 */
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { DataError } from '../data-error.js';
import type { Split } from '../options.js';
import type { ProblemLog } from '../problem-log.js';
import { isIgnored, type Sample, type TextInstance } from '../sample.js';
import { firstExisting, isFile, readText, splitNames, withoutExtension } from './files.js';
import type { Finder } from './finder.js';
import { coordinate, explain, polygonFault } from './instance.js';

const wordSchema = z.object({
  points: z.array(z.tuple([coordinate, coordinate])),
  transcription: z.string().nullable().optional(),
  illegibility: z.boolean().optional(),
});
const fileSchema = z.object({ images: z.record(z.string(), z.unknown()) });
const imageSchema = z.object({ words: z.record(z.string(), z.unknown()).default({}) });

export const findJson: Finder = (options, split) => {
  const path = findLabelFile(options.root, split);
  if (path === undefined) return null;
  const folders = imageFolders(options.root, dirname(path), split);
  return (log) => {
    const images = Object.entries(parseFile(path).images);
    return images
      .map(([name, value]) => parseImage(name, value, path, folders, log))
      .filter((sample) => sample !== null);
  };
};

/** `<root>/train.json`, `<root>/jsons/train.json`, `<root>/train/labels.json`; unsplit: `root` itself or `<root>/labels.json`. */
function findLabelFile(root: string, split: Split | null): string | undefined {
  const own = ['labels.json', 'annotations.json', 'label.json', 'annotation.json'];
  if (split === null) return firstExisting([root, ...own.map((name) => join(root, name))], isFile);
  const names = splitNames(split).flatMap((name) => [
    `${name}.json`,
    join('jsons', `${name}.json`),
    join('annotations', `${name}.json`),
    ...own.map((file) => join(name, file)),
  ]);
  return firstExisting(
    names.map((name) => join(root, name)),
    isFile,
  );
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

/** @throws DataError when the file is not of this form: then nothing in it can be used */
function parseFile(path: string): z.infer<typeof fileSchema> {
  let value: unknown;
  try {
    value = JSON.parse(readText(path));
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError({ path, message: `is not JSON: ${error instanceof Error ? error.message : error}` });
  }
  const result = fileSchema.safeParse(value);
  if (!result.success) {
    throw new DataError({
      path,
      message: `expected {"images": {name: {"words": {…}}}}: ${explain(result.error)}`,
    });
  }
  return result.data;
}

function parseImage(
  name: string,
  value: unknown,
  path: string,
  folders: readonly string[],
  log: ProblemLog,
): Sample | null {
  const imagePath = firstExisting(
    folders.map((folder) => join(folder, name)),
    isFile,
  );
  if (imagePath === undefined) {
    log.report({ path, message: `images.${name}: there is no such image in ${folders[0]}` });
    return null;
  }
  const image = imageSchema.safeParse(value);
  if (!image.success) {
    log.report({ path, message: `images.${name}: ${explain(image.error)}` });
    return null;
  }
  const instances: TextInstance[] = [];
  for (const [id, word] of Object.entries(image.data.words)) {
    const parsed = parseWord(word);
    if (typeof parsed === 'string') log.report({ path, message: `images.${name}.words.${id}: ${parsed}` });
    else instances.push(parsed);
  }
  return { id: withoutExtension(name), imagePath, labelPath: path, instances };
}

function parseWord(value: unknown): TextInstance | string {
  const result = wordSchema.safeParse(value);
  if (!result.success) return explain(result.error);
  const { points, transcription, illegibility } = result.data;
  const unreadable = illegibility === true || transcription === null || isIgnored(transcription ?? '');
  return polygonFault(points) ?? { polygon: points, transcript: transcription ?? '', ignore: unreadable };
}
