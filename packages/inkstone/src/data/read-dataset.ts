/** Reading a dataset's labels, whatever their format and however its splits are laid out. */
import { hashString, mix } from 'inkstone-detect/random';
import { DataError, type Problem } from '../labels/index.js';
import type { DataOptions } from './options.js';
import { collectInto, DatasetError, imageOf, nothingLeft, settleProblems } from './problems.js';
import { isFile, isFolder, readFolder, realPath } from './readers/files.js';
import { LABEL_FORMATS, readerNamed } from './readers/index.js';
import type { DatasetIndex, Sample, Split } from './sample.js';

/**
 * Labels of one split, sorted by id. A split's own folder or file wins; `val` and `test` stand in for each other. A root
 * without any, or with `train` only, is divided: `val_fraction` of the samples, chosen by a hash of their id and
 * `split_seed`, is held out as `val` (and `test`), and a sample stays on its side when others come or go.
 *
 * @throws DataError or DatasetError when nothing usable is found, or at any problem under `on_error: fail`
 */
export function readDataset(options: DataOptions, split: Split): DatasetIndex {
  const index = readLabels(options, split);
  settleProblems(options, split, index.skipped, index.samples);
  return index;
}

/** The same with whatever is unusable, whether or not that may be skipped. @throws DataError or DatasetError when nothing usable is found */
export function readLabels(options: DataOptions, split: Split): DatasetIndex {
  const index = surveyLabels(options, split);
  if (index.samples.length === 0) refuseUnusable(options, split, index);
  return index;
}

/** The same even if all of it is unusable. @throws DataError when there are no labels of this format */
export function surveyLabels(options: DataOptions, split: Split): DatasetIndex {
  assertReadable(options);
  let index: DatasetIndex;
  try {
    index = readSplit(options, split);
  } catch (error) {
    if (error instanceof DatasetError) refuseOtherFormat(options, split);
    throw error;
  }
  if (index.samples.length > 0) return index;
  refuseOtherFormat(options, split);
  if (index.skipped.length > 0) return index;
  throw nothingLeft(options.root, split, [], layoutOf(options));
}

/**
 * The images to judge a detector on that was trained on another set: `val` or `test`, or all where the root has neither. Its labels
 * are in any format, that of `options` before the others.
 */
export function findJudged(options: DataOptions): { options: DataOptions; split: Split } {
  const names = [options.name, ...LABEL_FORMATS].filter((name) => LABEL_FORMATS.includes(name));
  const parts = names.map((name): { options: DataOptions; split: Split } => {
    const own = { ...options, name };
    return readerNamed(name).find(own, 'val') !== null
      ? { options: own, split: 'val' }
      : { options: { ...own, val_fraction: 0 }, split: 'train' };
  });
  // Where nothing is found, whoever reads it says what was looked for.
  return parts.find((part) => hasSamples(part.options, part.split)) ?? parts[0]!;
}

function readSplit(options: DataOptions, split: Split): DatasetIndex {
  const reader = readerNamed(options.name);
  const own = reader.find(options, split);
  const whole = own ?? reader.find(options, 'train') ?? reader.find(options, null);
  if (whole === null) return { samples: [], skipped: [] };
  const skipped: Problem[] = [];
  const report = collectInto(skipped);
  let samples: Sample[] = [];
  try {
    samples = singled(whole(report), report);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    report(error.problem);
    // What it holds of which split, nobody knows.
    return { samples: [], skipped };
  }
  samples.sort((a, b) => (a.id < b.id ? -1 : 1));
  const isWhole = own !== null && (split !== 'train' || reader.find(options, 'val') !== null);
  return isWhole ? { samples, skipped } : divide({ samples, skipped }, options, split);
}

/** What is left out is divided too, so that it moves no other sample to the other side. */
function divide({ samples, skipped }: DatasetIndex, options: DataOptions, split: Split): DatasetIndex {
  const ids = [...new Set([...samples.map(({ id }) => id), ...skipped.map(imageOf)])];
  const held = Math.round(ids.length * options.val_fraction);
  const count = options.val_fraction > 0 && ids.length > 1 ? Math.max(1, held) : held;
  const rank = (id: string) => mix(hashString(id), options.split_seed);
  const heldOut = new Set(ids.sort((a, b) => rank(a) - rank(b)).slice(0, count));
  const belongs = (id: string) => heldOut.has(id) === (split !== 'train');
  return {
    samples: samples.filter(({ id }) => belongs(id)),
    skipped: skipped.filter((problem) => belongs(imageOf(problem))),
  };
}

/**
 * The samples whose picture no other sample shows. Of two, either may lack the other's texts, and one may end in training
 * and the other in validation.
 */
function singled(samples: readonly Sample[], report: (problem: Problem) => void): Sample[] {
  const keys = samples.map(({ imagePath }) => realPath(imagePath));
  const firstOf = new Map<string, Sample>();
  const doubled = new Set<Sample>();
  for (const [i, sample] of samples.entries()) {
    const other = firstOf.get(keys[i]) ?? firstOf.get(sample.id);
    if (other === undefined) {
      firstOf.set(keys[i], sample).set(sample.id, sample);
      continue;
    }
    doubled.add(other).add(sample);
    const message = `is named a second time, as ${other.imagePath} in ${other.labelPath}; keep one of the two`;
    report({ path: sample.imagePath, message, reason: 'a picture is named twice', image: sample.id });
  }
  return samples.filter((sample) => !doubled.has(sample));
}

function assertReadable({ root, name }: DataOptions): void {
  if (isFile(root)) {
    if (readerNamed(name).readsFile) return;
    const message = `is a file; data=${name} reads a folder, and data=paddle or data=json a label file`;
    throw new DataError({ path: root, message });
  }
  if (!isFolder(root)) {
    throw new DataError({ path: root, message: 'there is no such folder; set data.root to your dataset' });
  }
  if (readFolder(root).length === 0) throw new DataError({ path: root, message: 'the folder is empty' });
}

/** Says what is wrong with the samples. @throws DataError or DatasetError */
function refuseUnusable(options: DataOptions, split: Split, { samples, skipped }: DatasetIndex): never {
  settleProblems(options, split, skipped, samples);
  throw nothingLeft(options.root, split, skipped, layoutOf(options));
}

function layoutOf({ name }: DataOptions): string {
  return `${readerNamed(name).layout} for data=${name}`;
}

/** @throws DataError when there are samples after all, in another format */
function refuseOtherFormat(options: DataOptions, split: Split): void {
  const { root, name } = options;
  const found = LABEL_FORMATS.find(
    (other) => other !== name && hasSamples({ ...options, name: other }, split),
  );
  if (found === undefined) return;
  const message = `holds no ${split} sample that data=${name} could read, but some for data=${found}: set data=${found}`;
  throw new DataError({ path: root, message });
}

function hasSamples(options: DataOptions, split: Split): boolean {
  try {
    return readSplit(options, split).samples.length > 0;
  } catch (error) {
    if (error instanceof DatasetError) return false;
    throw error;
  }
}
