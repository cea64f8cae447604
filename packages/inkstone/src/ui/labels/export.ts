/** What is confirmed as a data set of its own, pictures and all, in a new folder: divided as training would divide it. */
import { randomUUID } from 'node:crypto';
import { constants, copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, parse, relative, sep } from 'node:path';
import { datasetSchema, readDataset, type Sample } from '../../data/index.js';
import { assertPaddleName, writeIcdar, writePaddle } from '../../labels/index.js';
import { InkstoneError, InputError, RunFileError, writeAtomically } from '../../system/index.js';
import { refuseLink } from '../folders.js';
import { LABELS } from './label-file.js';
import { EXPORTS } from './pictures.js';
import type { Exported } from './protocol.js';

const PARTS = ['train', 'val'] as const;
type Part = (typeof PARTS)[number];

interface ExportFormat {
  /** Where the picture `name` stands, below the export. */
  picture(part: Part, name: string): string;
  /** Writes the labels of one part. */
  write(folder: string, part: Part, root: string, samples: readonly Sample[]): void;
  /** @throws InputError for a name that the format cannot hold */
  check?(name: string): void;
}

const icdar: ExportFormat = {
  picture: (part, name) => join(part, 'images', name),
  write(folder, part, root, samples) {
    for (const sample of samples) {
      const { dir, name } = parse(nameOf(root, sample));
      const file = join(folder, part, 'gt', dir, `${name}.txt`);
      mkdirSync(dirname(file), { recursive: true });
      writeAtomically(file, writeIcdar(sample.instances));
    }
  },
};

const paddle: ExportFormat = {
  picture: (_, name) => join('images', name),
  write(folder, part, root, samples) {
    const images = samples.map((sample) => ({
      name: `images/${nameOf(root, sample)}`,
      instances: sample.instances,
    }));
    writeAtomically(join(folder, `${part}.txt`), writePaddle(images));
  },
  check: (name) => assertPaddleName(name, 'export to ICDAR'),
};

const FORMATS = { icdar, paddle };
export const EXPORT_FORMATS = Object.keys(FORMATS) as (keyof typeof FORMATS)[];
export type ExportFormatName = (typeof EXPORT_FORMATS)[number];

/**
 * Appears whole, under a name that was free.
 *
 * @param valFraction the share of pictures that is kept for validation
 * @param expectOurs throws where the folder is another one by now
 * @throws InputError when nothing is confirmed, DataError when a reader could not read it, RunFileError
 */
export function exportLabels(
  root: string,
  name: ExportFormatName,
  valFraction: number,
  expectOurs: () => void = () => {},
): Exported {
  expectOurs();
  const parts = divided(join(root, LABELS), valFraction);
  const samples = [...parts.train, ...parts.val];
  const format = FORMATS[name];
  for (const sample of samples) format.check?.(nameOf(root, sample));
  const exports = join(root, EXPORTS);
  refuseLink(exports);
  const unfinished = join(exports, `.${randomUUID()}.tmp`);
  try {
    for (const part of PARTS) {
      for (const sample of parts[part]) {
        const picture = join(unfinished, format.picture(part, nameOf(root, sample)));
        mkdirSync(dirname(picture), { recursive: true });
        copyFileSync(sample.imagePath, picture, constants.COPYFILE_FICLONE);
      }
      if (parts[part].length > 0) format.write(unfinished, part, root, parts[part]);
    }
    expectOurs();
    const folder = moveToFreeName(unfinished, join(exports, name));
    return {
      folder,
      train: parts.train.length,
      val: parts.val.length,
      settings: settings(name, folder, samples),
    };
  } catch (error) {
    throw error instanceof InkstoneError ? error : new RunFileError(exports, error);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/** @throws InputError, DataError */
function divided(labels: string, valFraction: number): Record<Part, readonly Sample[]> {
  if (!existsSync(labels)) throw new InputError('no picture is confirmed yet: there is nothing to export');
  const read = (part: Part, val_fraction: number) =>
    readDataset(datasetSchema.parse({ name: 'json', root: labels, val_fraction }), part).samples;
  const all = read('train', 0);
  if (valFraction === 0 || all.length < 2) return { train: all, val: [] };
  return { train: read('train', valFraction), val: read('val', valFraction) };
}

const nameOf = (root: string, { imagePath }: Sample): string =>
  relative(root, imagePath).split(sep).join('/');

function moveToFreeName(from: string, name: string): string {
  for (let number = 1; ; number++) {
    const to = number === 1 ? name : `${name}-${number}`;
    if (existsSync(to)) continue;
    try {
      renameSync(from, to);
      return to;
    } catch (error) {
      // Somebody else has just taken it.
      if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
}

function settings(name: ExportFormatName, folder: string, samples: readonly Sample[]): string[] {
  const isQuads = samples.every(({ instances }) => instances.every(({ polygon }) => polygon.length === 4));
  return [
    `data=${name}`,
    `data.root=${JSON.stringify(folder)}`,
    ...(name === 'icdar' && !isQuads ? ['data.polygon_points=any'] : []),
  ];
}
