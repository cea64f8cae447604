/** How found texts are written: each format is one that training reads, and ICDAR's is the one that `evaluate` scores. */
import { assertPaddleName, type LabelledImage, writeIcdar, writeJson, writePaddle } from '../labels/index.js';
import { type OutputName, resultFile } from './output-names.js';

export interface NamedTexts extends OutputName {
  readonly instances: LabelledImage['instances'];
}

interface PredictionFormat {
  /** The files of so many pictures, below the output folder. Throws InputError for a name that they could not hold. */
  files(names: readonly OutputName[]): string[];
  /** What is in them, by file. */
  contents(found: readonly NamedTexts[]): ReadonlyMap<string, string>;
}

/** Of coordinates in text files: hundredths of a pixel. */
const DECIMALS = 2;

const json: PredictionFormat = {
  files: () => ['labels.json'],
  contents: (found) => new Map([['labels.json', writeJson(labelled(found))]]),
};

const paddle: PredictionFormat = {
  files(names) {
    for (const { image } of names) assertPaddleName(image, 'take another format');
    return ['Label.txt'];
  },
  contents: (found) => new Map([['Label.txt', writePaddle(labelled(found))]]),
};

const icdar: PredictionFormat = {
  files: (names) => names.map(resultFile),
  contents: (found) =>
    new Map(
      found.map((picture) => {
        // Without transcripts: nothing was read.
        const outlines = picture.instances.map(({ polygon }) => ({ polygon }));
        return [resultFile(picture), writeIcdar(outlines, DECIMALS)];
      }),
    ),
};

const FORMATS = { json, paddle, icdar };

export type PredictionFormatName = keyof typeof FORMATS;

/** The default first. */
export const PREDICTION_FORMATS = Object.keys(FORMATS) as PredictionFormatName[];

export const predictionFormat = (name: PredictionFormatName): PredictionFormat => FORMATS[name];

const labelled = (found: readonly NamedTexts[]): LabelledImage[] =>
  found.map(({ image, instances }) => ({ name: image, instances }));
