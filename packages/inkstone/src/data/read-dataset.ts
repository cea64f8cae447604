/** Reading a dataset's labels, whatever their format and however its splits are laid out. */
import { hashString, mix } from 'inkstone-detect/random';
import { DataError, formatProblem } from '../labels/index.js';
import type { DataOptions } from './options.js';
import { ProblemLog } from './problem-log.js';
import { isFile, isFolder, readFolder } from './readers/files.js';
import { readerNamed } from './readers/index.js';
import type { DatasetIndex, Sample, Split } from './sample.js';

/**
 * Labels of one split, sorted by id. A split's own folder or file wins; `val` and `test` stand in for each other. A root
 * without any, or with `train` only, is divided: `val_fraction` of the samples, chosen by a hash of their id and
 * `split_seed`, is held out as `val` (and `test`), and a sample stays on its side when others come or go.
 *
 * @throws DataError when nothing usable is found, or at the first problem under `on_error: fail`
 */
export function readDataset(options: DataOptions, split: Split): DatasetIndex {
  assertReadable(options.root);
  const log = new ProblemLog(options.on_error);
  const samples = sortById(readSplit(options, split, log), log);
  if (samples.length === 0) throw nothingFound(options, split, log);
  return { samples, skipped: log.problems };
}

function readSplit(options: DataOptions, split: Split, log: ProblemLog): Sample[] {
  const reader = readerNamed(options.name);
  const own = reader.find(options, split);
  if (own && (split !== 'train' || reader.find(options, 'val'))) return own(log.report);
  const whole = own ?? reader.find(options, 'train') ?? reader.find(options, null);
  return whole ? divide(whole(log.report), options, split) : [];
}

function divide(samples: Sample[], options: DataOptions, split: Split): Sample[] {
  const held = Math.round(samples.length * options.val_fraction);
  const count = options.val_fraction > 0 && samples.length > 1 ? Math.max(1, held) : held;
  const rank = (sample: Sample) => mix(hashString(sample.id), options.split_seed);
  const heldOut = new Set([...samples].sort((a, b) => rank(a) - rank(b)).slice(0, count));
  return samples.filter((sample) => heldOut.has(sample) === (split !== 'train'));
}

function sortById(samples: Sample[], log: ProblemLog): Sample[] {
  const byId = new Map<string, Sample>();
  for (const sample of samples) {
    const other = byId.get(sample.id);
    if (other) {
      log.report({ path: sample.imagePath, message: `has the same id "${sample.id}" as ${other.imagePath}` });
    } else byId.set(sample.id, sample);
  }
  return [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function assertReadable(root: string): void {
  if (isFile(root)) return;
  if (!isFolder(root)) {
    throw new DataError({ path: root, message: 'there is no such folder; set data.root to your dataset' });
  }
  if (readFolder(root).length === 0) throw new DataError({ path: root, message: 'the folder is empty' });
}

function nothingFound(options: DataOptions, split: Split, log: ProblemLog): DataError {
  const [first] = log.problems;
  const why = first
    ? `all of it was skipped (${log.problems.length} problems, the first: ${formatProblem(first)})`
    : `expected ${readerNamed(options.name).layout} for data=${options.name}`;
  return new DataError({ path: options.root, message: `no usable ${split} sample; ${why}` });
}
