import type { z } from 'zod';
import type { Report } from '../../labels/index.js';
import type { Sample, Split } from '../sample.js';

/** Reads what was found. Whatever is unusable is reported and left out. */
export type ReadSamples = (report: Report) => Sample[];

/** How data sets of one layout and label format are found: a choice of `data=`. */
export interface Reader<Keys extends z.ZodRawShape = z.ZodRawShape> {
  /** What users type: `data=icdar`. */
  readonly name: string;
  /** Where each split lies, for the message when nothing is found. */
  readonly layout: string;
  /** Whether `data.root` may be the label file itself. Default: it is a folder. */
  readonly readsFile?: true;
  /** Keys of `data` that only this reader reads, with their defaults. */
  readonly keys: Keys;
  /**
   * Looks for the labels of `split` (null: of a root without splits) and returns how to read them, or null when they are
   * not there. Looking reads no label, so it can be asked what a dataset has.
   */
  find(options: ReaderOptions<Keys>, split: Split | null): ReadSamples | null;
  /** Makes the data set if it is not there yet, as ICDAR folders below the root that is returned. */
  prepare?(
    options: ReaderOptions<Keys>,
    log: (line: string) => void,
  ): Promise<{ name: 'icdar'; root: string }>;
}

export type ReaderOptions<Keys extends z.ZodRawShape> = {
  /** Folder of the dataset, or the label file itself. */
  readonly root: string;
} & (z.ZodRawShape extends Keys ? unknown : Readonly<z.output<z.ZodObject<Keys>>>);
