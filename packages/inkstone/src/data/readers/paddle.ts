/**
 * PaddleOCR's label file: one image per line, its texts as JSON after a tab.
 *
 *     folder/001.jpg<TAB>[{"transcription": "TOTAL", "points": [[x, y], …]}, …]
 *
 * Paths are looked up below the label file's folder, its parent (as PPOCRLabel writes them) and the root.
 */
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import type { Split } from '../options.js';
import type { ProblemLog } from '../problem-log.js';
import { isIgnored, type Sample, type TextInstance } from '../sample.js';
import { firstExisting, isFile, readText, splitNames, withoutExtension } from './files.js';
import type { Finder } from './finder.js';
import { coordinate, explain, polygonFault } from './instance.js';

const textSchema = z.object({
  transcription: z.string().default(''),
  points: z.array(z.tuple([coordinate, coordinate])),
  difficult: z.boolean().optional(),
});
const lineSchema = z.array(z.unknown());

export const findPaddle: Finder = (options, split) => {
  const labelPath = findLabelFile(options.root, split);
  if (labelPath === undefined) return null;
  const imageRoots = [dirname(labelPath), dirname(dirname(labelPath)), options.root];
  return (log) => {
    const lines = readText(labelPath).split(/\r\n|\n|\r/);
    const parsed = lines.map((text, i) => parseLine(text, i + 1, labelPath, imageRoots, log));
    return parsed.filter((sample) => sample !== null);
  };
};

/** `<root>/train/Label.txt`, `<root>/train_label.txt`, `<root>/train.txt` and so on; unsplit: `root` itself or `<root>/Label.txt`. */
function findLabelFile(root: string, split: Split | null): string | undefined {
  const own = ['Label.txt', 'label.txt', 'labels.txt'];
  if (split === null) return firstExisting([root, ...own.map((name) => join(root, name))], isFile);
  const names = splitNames(split).flatMap((name) => [
    ...own.map((file) => join(name, file)),
    ...[`${name}_label.txt`, `${name}_labels.txt`, `label_${name}.txt`, `Label_${name}.txt`, `${name}.txt`],
  ]);
  return firstExisting(
    names.map((name) => join(root, name)),
    isFile,
  );
}

function parseLine(
  text: string,
  line: number,
  path: string,
  imageRoots: readonly string[],
  log: ProblemLog,
): Sample | null {
  if (text.trim() === '') return null;
  const tab = text.indexOf('\t');
  if (tab < 0) {
    log.report({ path, line, message: 'expected an image path, a tab and a list of texts; there is no tab' });
    return null;
  }
  const name = text.slice(0, tab).trim();
  const imagePath = firstExisting(
    imageRoots.map((root) => join(root, name)),
    isFile,
  );
  if (imagePath === undefined) {
    log.report({ path, line, message: `there is no image ${name} in ${imageRoots[0]} or above` });
    return null;
  }
  const texts = parseTexts(text.slice(tab + 1));
  if (texts === null) {
    log.report({ path, line, message: `the texts of ${basename(name)} are not a JSON list` });
    return null;
  }
  const instances: TextInstance[] = [];
  texts.forEach((value, i) => {
    const parsed = parseText(value);
    if (typeof parsed === 'string')
      log.report({ path, line, message: `text ${i + 1} of ${basename(name)}: ${parsed}` });
    else instances.push({ ...parsed, line });
  });
  return { id: withoutExtension(name), imagePath, labelPath: path, instances };
}

function parseTexts(json: string): unknown[] | null {
  try {
    return lineSchema.parse(JSON.parse(json));
  } catch {
    return null;
  }
}

function parseText(value: unknown): TextInstance | string {
  const result = textSchema.safeParse(value);
  if (!result.success) return explain(result.error);
  const { points, transcription, difficult } = result.data;
  return (
    polygonFault(points) ?? {
      polygon: points,
      transcript: transcription,
      ignore: difficult === true || isIgnored(transcription),
    }
  );
}
