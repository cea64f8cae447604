import { existsSync } from 'node:fs';
import { DataError, formatProblem } from '../labels/index.js';
import { InputError } from '../system/index.js';
import { type DataOptionsInput, datasetSchema } from './options.js';
import { DatasetError } from './problems.js';
import { surveyLabels } from './read-dataset.js';
import { isImage } from './readers/files.js';
import { LABEL_FORMATS, readerNamed } from './readers/index.js';
import type { DatasetIndex } from './sample.js';

/** Settings of `data` under which a folder can be read. */
export type Format = Pick<DataOptionsInput, 'name' | 'polygon_points'>;

const FORMATS: readonly Format[] = LABEL_FORMATS.flatMap((name): Format[] =>
  name === 'icdar' ? [{ name }, { name, polygon_points: 'any' }] : [{ name }],
);

/**
 * The format under which most pictures of the folder can be trained on. @throws InputError when there are none under any
 */
export function guessFormat(root: string): Format {
  if (!existsSync(root)) throw new InputError(`${root}: there is no such folder or file`);
  const tried = FORMATS.map((format) => ({ format, ...look({ ...format, root }) }));
  const best = tried.reduce((a, b) => (b.samples.length > a.samples.length ? b : a));
  if (best.samples.length > 0) return best.format;
  // What is said of a picture is that another format would have labels for it.
  const problem = tried.flatMap(({ skipped }) => skipped).find(({ path }) => !isImage(path));
  if (problem !== undefined) {
    throw new InputError(`${root}: none of its labels can be used, first: ${formatProblem(problem)}`);
  }
  const layouts = [...new Set(FORMATS.map(({ name }) => readerNamed(name!).layout))];
  throw new InputError(
    `${root}: holds no pictures with labels that Inkstone reads; it looks for ${layouts.join(', ')}, without splits too`,
  );
}

function look(options: DataOptionsInput): DatasetIndex {
  try {
    return surveyLabels(datasetSchema.parse(options), 'train');
  } catch (error) {
    // Another format's folder, or none at all.
    if (error instanceof DataError || error instanceof DatasetError) return { samples: [], skipped: [] };
    throw error;
  }
}
