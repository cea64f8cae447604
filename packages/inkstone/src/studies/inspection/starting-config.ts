/** A configuration to start from, for a folder of which nothing is known. */
import { basename, resolve } from 'node:path';
import { Document } from 'yaml';
import { guessFormat } from '../../data/index.js';
import { loadRunConfig } from '../../runs/index.js';
import { type Inspection, inspectData } from './inspect.js';
import type { OnProgress } from './survey.js';

export interface StartingConfig {
  /** The text of a file for `--config`. */
  readonly yaml: string;
  readonly inspection: Inspection;
}

/** @throws InputError or DataError when the folder holds nothing that could be trained on */
export async function startingConfig(folder: string, onProgress?: OnProgress): Promise<StartingConfig> {
  const { name, ...format } = guessFormat(folder);
  const written = Object.entries(format).map(([key, value]) => `data.${key}=${value}`);
  const { config } = loadRunConfig({
    overrides: [`data=${name}`, `data.root=${JSON.stringify(folder)}`, ...written],
  });
  const inspection = await inspectData(config, onProgress);
  const { size, shrink_ratio, batch_size } = inspection.advice;
  const isOwnRatio = shrink_ratio !== config.data.targets.shrink_ratio;
  const document = new Document({
    defaults: ['train', { 'override data': name }, '_self_'],
    ...nameOf(folder),
    batch_size,
    data: { root: folder, ...format, size, ...(isOwnRatio && { targets: { shrink_ratio } }) },
    // Otherwise each recipe has its own pair of them.
    ...(isOwnRatio && { model: { postprocess: { shrink_ratio: '${data.targets.shrink_ratio}' } } }),
  });
  document.commentBefore =
    ' Made by `inkstone init`. `inkstone train --help` prints every other key with its default.';
  return { yaml: document.toString(), inspection };
}

/** The folder's name for the run, unless no run may be called so. */
function nameOf(folder: string): { exp_name?: string } {
  const exp_name = basename(resolve(folder)).replace(/[^\w.-]+/g, '-');
  return /^\w/.test(exp_name) ? { exp_name } : {};
}
