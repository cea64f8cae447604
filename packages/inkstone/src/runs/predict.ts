/** Finds text on pictures with a trained network. */

import { existsSync, mkdirSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { type Detection, detectText } from 'inkstone-detect';
import { glob } from 'tinyglobby';
import { createPrecision } from '../amp/index.js';
import { loadImage, readImageSize } from '../data/index.js';
import { asNetwork } from '../detection/index.js';
import { DataError, writeIcdar } from '../labels/index.js';
import { InputError, writeAtomically } from '../system/index.js';
import type { RunConfig } from './config.js';
import { postprocessOptions } from './detection-task.js';
import type { LoadedModel } from './load-model.js';
import { FOUND_COLOR, renderOverlay } from './overlay.js';

export interface ImagePrediction {
  readonly image: string;
  /** Of the upright image, in pixels. */
  readonly width: number;
  readonly height: number;
  readonly texts: readonly Detection[];
}

/** Of coordinates in text files: hundredths of a pixel. */
const DECIMALS = 2;
const IMAGE_PATTERN = '**/*.{jpg,jpeg,png,webp,tif,tiff,bmp,gif,JPG,JPEG,PNG}';

/** Files, the pictures in folders, and globs, each once and in order. Throws InputError when one names nothing. */
export async function findImages(inputs: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const input of inputs) {
    const matches = await expand(input);
    if (matches.length === 0) throw new InputError(`${input}: no picture is there`);
    found.push(...matches);
  }
  return [...new Set(found)];
}

async function expand(input: string): Promise<string[]> {
  if (!existsSync(input)) return (await glob(input, { expandDirectories: false })).sort();
  if (!statSync(input).isDirectory()) return [input];
  const names = await glob(IMAGE_PATTERN, { cwd: input });
  return names.sort().map((name) => join(input, name));
}

/** Texts on one picture, in pixels of the upright original. */
export async function predictImage(
  { model }: LoadedModel,
  { model: modelConfig, trainer, data }: RunConfig,
  file: string,
): Promise<ImagePrediction> {
  const { width, height } = await readImageSize(file);
  const image = await loadImage(file, data.size);
  const network = asNetwork(model, createPrecision(trainer.precision));
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

/** Writes the picture with its texts outlined; returns the file. */
export async function writeOverlay(prediction: ImagePrediction, folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${nameOf(prediction)}.png`);
  const outlines = prediction.texts.map(({ polygon }) => ({ polygon, color: FOUND_COLOR }));
  writeAtomically(file, (await renderOverlay(prediction.image, outlines)).png);
  return file;
}

/**
 * Writes `res_NAME.txt` in ICDAR's format for each picture, empty where nothing was found. Throws InputError when two
 * pictures have one name.
 */
export function writeResults(predictions: readonly ImagePrediction[], folder: string): void {
  const files = new Map<string, ImagePrediction>();
  for (const prediction of predictions) {
    const file = join(folder, `res_${nameOf(prediction)}.txt`);
    const other = files.get(file);
    if (other)
      throw new InputError(`${prediction.image}: its results would overwrite those of ${other.image}`);
    files.set(file, prediction);
  }
  for (const [file, { texts }] of files) {
    const outlines = texts.map(({ polygon }) => ({ polygon }));
    writeAtomically(file, writeIcdar(outlines, DECIMALS));
  }
}

function nameOf({ image }: ImagePrediction): string {
  return basename(image, extname(image));
}
