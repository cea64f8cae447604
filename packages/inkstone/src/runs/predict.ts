/** Finds text on pictures with a trained network. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Detection, detectText } from 'inkstone-detect';
import { glob } from 'tinyglobby';
import { isFolder, isImage, listFiles, loadImage, readImageSize } from '../data/index.js';
import { asNetwork } from '../detection/index.js';
import { DataError } from '../labels/index.js';
import { InputError } from '../system/index.js';
import { precisionOf } from './build.js';
import type { RunConfig } from './config.js';
import { postprocessOptions } from './detection-task.js';
import type { LoadedModel } from './load-model.js';
import { withoutOverlays } from './output-names.js';

export interface ImagePrediction {
  readonly image: string;
  /** Of the upright image, in pixels. */
  readonly width: number;
  readonly height: number;
  readonly texts: readonly Detection[];
}

/**
 * Files, the pictures in folders (without overlays that were drawn of them), and globs, each once and in order. Throws
 * InputError when one names nothing.
 */
export async function findImages(inputs: readonly string[]): Promise<string[]> {
  const found = new Map<string, string>();
  for (const input of inputs) {
    const matches = await expand(input);
    if (matches.length === 0) throw new InputError(`${input}: no picture is there`);
    for (const file of matches) if (!found.has(resolve(file))) found.set(resolve(file), file);
  }
  return [...found.values()];
}

async function expand(input: string): Promise<string[]> {
  if (!existsSync(input)) return (await glob(input, { expandDirectories: false })).sort();
  return isFolder(input)
    ? withoutOverlays(listFiles(input, isImage)).map((name) => join(input, name))
    : [input];
}

/** Texts on one picture, in pixels of the upright original. */
export async function predictImage(
  { model }: LoadedModel,
  { model: modelConfig, trainer, data }: RunConfig,
  file: string,
): Promise<ImagePrediction> {
  const { width, height } = await readImageSize(file);
  const image = await loadImage(file, data.size);
  const network = asNetwork(model, precisionOf({ trainer }));
  const texts = await detectText(network, image, { width, height }, postprocessOptions(modelConfig));
  return { image: file, width, height, texts };
}

/**
 * Predictions for many pictures, one after the other. A picture that cannot be read ends them, or is told to `onSkip` and
 * left out when `data.on_error=skip`.
 */
export async function* predictImages(
  loaded: LoadedModel,
  config: RunConfig,
  files: readonly string[],
  onSkip: (reason: string) => void,
): AsyncGenerator<ImagePrediction> {
  for (const file of files) {
    try {
      yield await predictImage(loaded, config, file);
    } catch (error) {
      if (!(error instanceof DataError) || config.data.on_error === 'fail') throw error;
      onSkip(error.message);
    }
  }
}
