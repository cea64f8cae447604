/** A dataset's entries as the readers produce them: an image file and its text polygons. */
import type { Problem, TextInstance } from '../labels/index.js';

/** The parts that a dataset is read in. A root without split folders is split by `val_fraction`. */
export const SPLITS = ['train', 'val', 'test'] as const;
export type Split = (typeof SPLITS)[number];

/** Pixels a side of a sample at most: activations of one such picture take tens of gigabytes already. */
export const MAX_SIDE = 8192;

/** One labelled image before anything is decoded. */
export interface Sample {
  /** Unique in its dataset: the image's path below the folder of images, without extension. */
  id: string;
  imagePath: string;
  /** Label file, for messages. */
  labelPath: string;
  instances: readonly TextInstance[];
}

export interface DatasetIndex {
  samples: Sample[];
  skipped: Problem[];
}
