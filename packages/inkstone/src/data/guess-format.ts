/** Which labels a folder holds, when nobody says so: every format is tried, and the one that reads most of it is taken. */
import { existsSync } from 'node:fs';
import { InputError } from '../system/index.js';
import { type DataOptions, datasetSchema } from './options.js';
import { countUsable } from './read-dataset.js';
import { READER_NAMES, readerNamed } from './readers/index.js';
import type { Split } from './sample.js';

/** Settings of `data` under which a folder can be read. */
export interface Format {
  readonly name: DataOptions['name'];
  readonly polygon_points?: DataOptions['polygon_points'];
}

/** Samples that a reader may find. */
interface Part {
  readonly options: DataOptions;
  readonly split: Split;
}

const NAMES = READER_NAMES.filter((name) => name !== 'synthetic');
const FORMATS = NAMES.flatMap((name): Format[] =>
  name === 'icdar' ? [{ name }, { name, polygon_points: 'any' }] : [{ name }],
);

/**
 * The format under which most pictures of the folder can be trained on. @throws InputError when there are none under any
 */
export function guessFormat(root: string): Format {
  if (!existsSync(root)) throw new InputError(`${root}: there is no such folder or file`);
  const best = largest(
    FORMATS.map((format) => ({
      format,
      options: datasetSchema.parse({ ...format, root }),
      split: 'train' as const,
    })),
  );
  if (best) return best.format;
  const layouts = NAMES.map((name) => readerNamed(name).layout);
  throw new InputError(
    `${root}: holds no pictures with labels that Inkstone reads; it looks for ${layouts.join(', ')}, without splits too`,
  );
}

/**
 * The images to judge a detector on that was trained on another set: `val` or `test`, or all where the root has neither. Its labels
 * are in any format, that of `options` before others that read no more.
 */
export function findJudged(options: DataOptions): Part {
  const own = options.name === 'synthetic' ? [] : [options];
  const parts = [...own, ...FORMATS.map((format): DataOptions => ({ ...options, ...format }))].map(
    judgedPart,
  );
  // Where nothing is found, whoever reads it says what was looked for.
  return largest(parts) ?? parts[0]!;
}

function judgedPart(options: DataOptions): Part {
  return readerNamed(options.name).find(options, 'val') !== null
    ? { options, split: 'val' }
    : { options: { ...options, val_fraction: 0 }, split: 'train' };
}

/** The one with most usable samples, the first of equals; undefined when none has any. */
function largest<T extends Part>(parts: readonly T[]): T | undefined {
  const counted = parts.map((part) => ({ part, count: countUsable(part.options, part.split) }));
  const best = counted.reduce((a, b) => (b.count > a.count ? b : a));
  return best.count > 0 ? best.part : undefined;
}
