/** The folder that predictions are written to: looked at before any work, and nothing of the user's in it is replaced unasked. */
import { type Stats, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  type Contents,
  InputError,
  look,
  prepareFolder,
  RunFileError,
  writeResult,
} from '../system/index.js';
import { type OutputName, outputNames, overlayFile } from './output-names.js';
import { renderOverlay } from './overlay.js';
import type { ImagePrediction } from './predict.js';
import { type PredictionFormatName, predictionFormat } from './prediction-formats.js';

export interface PredictionOutputOptions {
  readonly folder: string;
  /** How texts are written; null: not at all. */
  readonly format: PredictionFormatName | null;
  readonly overlays: boolean;
  /** Files of the same names may be replaced; pictures that are read never are. */
  readonly overwrite: boolean;
}

export class PredictionOutput {
  readonly #options: PredictionOutputOptions;
  readonly #names: ReadonlyMap<string, OutputName>;

  /**
   * Makes the folder, and proves that all files that the pictures ask for can be written to it.
   *
   * @throws InputError, RunFileError
   */
  constructor(pictures: readonly string[], options: PredictionOutputOptions) {
    const names = outputNames(pictures);
    this.#options = options;
    this.#names = new Map(pictures.map((picture, index) => [picture, names[index] as OutputName]));
    const files = [
      ...(options.format === null ? [] : predictionFormat(options.format).files(names)),
      ...(options.overlays ? names.map(overlayFile) : []),
    ].map((file) => join(options.folder, file));
    refuseToReplace(files, pictures, options.overwrite);
    for (const folder of new Set(files.map(dirname))) prepareFolder(folder);
  }

  /** Draws the picture with its texts outlined, where overlays are wanted. */
  async add({ image, texts }: ImagePrediction): Promise<void> {
    if (!this.#options.overlays) return;
    const found = texts.map(({ polygon }) => ({ polygon, kind: 'found' as const }));
    const file = join(this.#options.folder, overlayFile(this.#nameOf(image)));
    this.#write(file, (await renderOverlay(image, found, ['found'])).png);
  }

  /** Writes the texts of all pictures. */
  finish(predictions: readonly ImagePrediction[]): void {
    const { format, folder } = this.#options;
    if (format === null) return;
    const found = predictions.map(({ image, texts }) => ({
      ...this.#nameOf(image),
      instances: texts.map((text) => ({ ...text, transcript: '', ignore: false })),
    }));
    for (const [file, text] of predictionFormat(format).contents(found)) {
      this.#write(join(folder, file), text);
    }
  }

  #write(file: string, contents: Contents): void {
    writeResult(file, contents, this.#options.overwrite);
  }

  #nameOf(picture: string): OutputName {
    return this.#names.get(picture) as OutputName;
  }
}

/** @throws InputError, RunFileError */
function refuseToReplace(files: readonly string[], pictures: readonly string[], overwrite: boolean): void {
  // A link to nothing is a picture that cannot be read, which is said when it is its turn.
  const read = new Set(
    pictures.flatMap((picture) => {
      const info = statSync(picture, { throwIfNoEntry: false });
      return info === undefined ? [] : [identity(info)];
    }),
  );
  const there = files.filter((file) => {
    const info = look(file);
    if (info === undefined) return false;
    if (info.isDirectory()) throw new RunFileError(file, { code: 'EISDIR' });
    if (!info.isFile() && !info.isSymbolicLink()) {
      throw new InputError(`${file}: is no file that could be replaced; choose another --output`);
    }
    if (!read.has(identity(info))) return true;
    throw new InputError(`${file}: is a picture to be read, and would be replaced; choose another --output`);
  });
  if (there.length === 0 || overwrite) return;
  const others = there.length === 1 ? '' : ` (and ${there.length - 1} more)`;
  throw new InputError(
    `${there[0]}: is there already${others}; choose another --output, or replace it with --overwrite`,
  );
}

const identity = ({ dev, ino }: Stats): string => `${dev}:${ino}`;
