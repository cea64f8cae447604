import { existsSync } from 'node:fs';
import { DataError } from '../labels/index.js';
import { InputError } from '../system/index.js';
import { type DataOptionsInput, datasetSchema } from './options.js';
import { DatasetError } from './problems.js';
import { surveyLabels } from './read-dataset.js';
import { LABEL_FORMATS, readerNamed } from './readers/index.js';

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
  const counted = FORMATS.map((format) => ({ format, count: usableSamples({ ...format, root }) }));
  const best = counted.reduce((a, b) => (b.count > a.count ? b : a));
  if (best.count > 0) return best.format;
  const layouts = [...new Set(FORMATS.map(({ name }) => readerNamed(name!).layout))];
  throw new InputError(
    `${root}: holds no pictures with labels that Inkstone reads; it looks for ${layouts.join(', ')}, without splits too`,
  );
}

function usableSamples(options: DataOptionsInput): number {
  try {
    return surveyLabels(datasetSchema.parse(options), 'train').samples.length;
  } catch (error) {
    // Another format's folder, or none at all.
    if (error instanceof DataError || error instanceof DatasetError) return 0;
    throw error;
  }
}
