/**
 * Every setting of the data room, under the names that users type (`data.size=800`, `data.augment.flip.probability=0`).
 * The run configuration validates the same shape; here it is plain types with the defaults beside them.
 */

/** Which part of a dataset is read. A root without split folders is split by `val_fraction`. */
export type Split = 'train' | 'val' | 'test';

/** The label format of `root`. */
export type DatasetFormat = 'icdar' | 'paddle' | 'json';

/** What happens to an unusable file or line: end with one clear error, or leave it out and count it. */
export type OnError = 'fail' | 'skip';

/** `square`: every batch is size × size. `batch`: only as large as its own largest sample, and like shapes are batched together. */
export type PadMode = 'square' | 'batch';

export interface AugmentOptions {
  /** Off: training reads the same samples as validation. Default true. */
  enabled: boolean;
  /**
   * Longest side of a training sample before its random transforms, as a multiple of `size`. Above 1, enlarging
   * transforms find real detail instead of interpolating it, at the price of memory and reading. Default 1.
   */
  source_scale: number;
  /** Mirror left to right. Default probability 0.5. */
  flip: { probability: number };
  /** Turn about the centre by up to ± `degrees`. Default probability 0.25, 3 degrees. */
  rotate: { probability: number; degrees: number };
  /** Scale by a factor drawn evenly on a logarithmic axis from [min, max]. Default probability 0.5, 0.8 to 1.25. */
  scale: { probability: number; min: number; max: number };
  /**
   * Cut a window of at most `size` × `size` pixels; of `attempts` positions the first that cuts no text (or else the one
   * that cuts least) is taken, and text that is cut is ignored. `size` null: the sample's own size, so that only what
   * grew beyond it is cut. Default null, 10 attempts.
   */
  crop: { size: number | null; attempts: number };
  /** Brightness, contrast and saturation are multiplied by factors drawn from 1 ± the value. Default probability 0.3, 0.25 each. */
  color: { probability: number; brightness: number; contrast: number; saturation: number };
  /** Gaussian blur with a sigma of up to `max_sigma` pixels. Default probability 0, 1 pixel. */
  blur: { probability: number; max_sigma: number };
}

export interface TargetOptions {
  /** r of the DB paper: a text's kernel is the polygon shrunk by A(1 − r²)/L. The paper has 0.4; default 0.7 (docs/recipe.md). */
  shrink_ratio: number;
  /** Threshold map far from a text's border. Default 0.3. */
  threshold_min: number;
  /** Threshold map on a text's border. Default 0.7. */
  threshold_max: number;
  /** Texts whose shorter side is below this many sample pixels are ignored. Default 3. */
  min_text_size: number;
}

export interface DataOptions {
  name: DatasetFormat;
  /** Folder (or label file, for `paddle` and `json`) of the dataset. */
  root: string;
  /** Longest side of a sample in pixels. Default 640. */
  size: number;
  /** Default `batch`. */
  pad: PadMode;
  /** Default `fail`. */
  on_error: OnError;
  /** Hold every prepared image in memory from the start, shared by all workers. Default false. */
  preload_images: boolean;
  /** Take target maps from the cache (filling it) instead of computing them in the loader on every read. Default false. */
  load_maps: boolean;
  /** Threads that prepare batches ahead of the trainer; 0 prepares them in the main thread. Default 1. */
  num_workers: number;
  /** Batches that may lie ready ahead of the one in use. Default 2. */
  prefetch: number;
  /** Share of a root without split folders (or without a `val` folder) that is held out for validation. Default 0.1. */
  val_fraction: number;
  /** Decides which samples are held out; apart from the run's seed, so that another seed trains on the same split. Default 0. */
  split_seed: number;
  /**
   * ICDAR lines: `4` reads eight coordinates and takes the rest as transcript, `any` reads coordinates up to the last
   * field. Not guessed, because "1,234.00" is a transcript on a receipt. Default 4.
   */
  polygon_points: 4 | 'any';
  augment: AugmentOptions;
  targets: TargetOptions;
}

export const DEFAULT_AUGMENT: AugmentOptions = {
  enabled: true,
  source_scale: 1,
  flip: { probability: 0.5 },
  rotate: { probability: 0.25, degrees: 3 },
  scale: { probability: 0.5, min: 0.8, max: 1.25 },
  crop: { size: null, attempts: 10 },
  color: { probability: 0.3, brightness: 0.25, contrast: 0.25, saturation: 0.25 },
  blur: { probability: 0, max_sigma: 1 },
};

export const DEFAULT_TARGETS: TargetOptions = {
  shrink_ratio: 0.7,
  threshold_min: 0.3,
  threshold_max: 0.7,
  min_text_size: 3,
};

export const DEFAULT_DATA: Omit<DataOptions, 'root'> = {
  name: 'icdar',
  size: 640,
  pad: 'batch',
  on_error: 'fail',
  preload_images: false,
  load_maps: false,
  num_workers: 1,
  prefetch: 2,
  val_fraction: 0.1,
  split_seed: 0,
  polygon_points: 4,
  augment: DEFAULT_AUGMENT,
  targets: DEFAULT_TARGETS,
};

/** `data` options of which only the root must be given; groups may be partial too. */
export type PartialDataOptions = Partial<Omit<DataOptions, 'augment' | 'targets' | 'root'>> & {
  root: string;
  augment?: { [K in keyof AugmentOptions]?: Partial<AugmentOptions[K]> };
  targets?: Partial<TargetOptions>;
};

/** Fills in the defaults above. Values are taken as they are: checking them is the run configuration's work. */
export function withDefaults(options: PartialDataOptions): DataOptions {
  const given = options.augment ?? {};
  const augment: AugmentOptions = {
    enabled: given.enabled ?? DEFAULT_AUGMENT.enabled,
    source_scale: given.source_scale ?? DEFAULT_AUGMENT.source_scale,
    flip: { ...DEFAULT_AUGMENT.flip, ...given.flip },
    rotate: { ...DEFAULT_AUGMENT.rotate, ...given.rotate },
    scale: { ...DEFAULT_AUGMENT.scale, ...given.scale },
    crop: { ...DEFAULT_AUGMENT.crop, ...given.crop },
    color: { ...DEFAULT_AUGMENT.color, ...given.color },
    blur: { ...DEFAULT_AUGMENT.blur, ...given.blur },
  };
  return { ...DEFAULT_DATA, ...options, augment, targets: { ...DEFAULT_TARGETS, ...options.targets } };
}
