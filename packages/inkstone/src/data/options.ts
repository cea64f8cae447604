/** Every setting of the data room, once: what may be typed (`data.size=800`), its default, and what it does. */
import { SIDE_MULTIPLE } from 'inkstone-detect';
import { z } from 'zod';
import { cacheOptionsSchema } from './cache.js';
import { READER_NAMES, readerKeys } from './readers/index.js';
import { MAX_SIDE, SPLITS } from './sample.js';
import { targetsSchema } from './targets.js';
import { augmentSchema } from './transforms/index.js';

/** What `createDataset` takes: everything but the cache. */
export const datasetSchema = z.strictObject({
  name: z
    .enum(READER_NAMES)
    .default('icdar')
    .describe('Label format of data.root, or synthetic: receipts that Inkstone draws into data.root.'),
  root: z.string().min(1).describe('Folder of the data set, or its label file (paddle and json).'),
  size: z
    .int()
    .min(SIDE_MULTIPLE)
    .max(MAX_SIDE)
    .multipleOf(SIDE_MULTIPLE)
    .default(640)
    .describe('Longest side of a sample in pixels.'),
  pad: z
    .enum(['square', 'batch'])
    .default('batch')
    .describe(
      'square: every batch is size × size. batch: only as large as its own largest sample, and samples of like shape are batched together.',
    ),
  on_error: z
    .enum(['fail', 'skip'])
    .default('fail')
    .describe(
      'What happens to unusable files and lines. fail: the call ends and names them. skip: a text whose place is known is ' +
        'ignored there, otherwise its image is left out; all are listed in skipped.jsonl of the run folder.',
    ),
  max_skipped: z
    .number()
    .min(0)
    .max(1)
    .default(0.05)
    .describe('Largest share of images, or of texts, that may be skipped under on_error=skip; 1: any.'),
  preload_images: z
    .boolean()
    .default(false)
    .describe('Hold every prepared image in memory from the start, shared by all workers.'),
  load_maps: z
    .boolean()
    .default(false)
    .describe('Take target maps from the cache (filling it) instead of computing them on every read.'),
  num_workers: z
    .int()
    .min(0)
    .max(64)
    .default(1)
    .describe('Threads that prepare batches ahead of the trainer; 0 prepares them in the main thread.'),
  prefetch: z.int().min(1).max(64).default(2).describe('Batches that may lie ready ahead of the one in use.'),
  val_fraction: z
    .number()
    .min(0)
    .lt(1)
    .default(0.1)
    .describe(
      'Share of a root without split folders (or without a val folder) that is held out for validation.',
    ),
  split_seed: z
    .int()
    .min(0)
    .default(0)
    .describe(
      "Decides which samples are held out; apart from the run's seed, so that another seed trains on the same split.",
    ),
  ...readerKeys,
  augment: augmentSchema.prefault({}).describe('Random changes of training samples.'),
  targets: targetsSchema.prefault({}).describe('Maps that the network learns to give.'),
});

export type DataOptions = z.output<typeof datasetSchema>;
export type OnError = DataOptions['on_error'];
/** The same with only the root required. */
export type DataOptionsInput = z.input<typeof datasetSchema>;

/** The group `data` of a run's configuration. */
export const dataSchema = datasetSchema.extend({
  name: datasetSchema.shape.name.default('synthetic'),
  cache_config: cacheOptionsSchema.prefault({}).describe('What the cache keeps, and where.'),
  cache_splits: z
    .array(z.enum(SPLITS))
    .default([...SPLITS])
    .describe('Splits whose samples go through the cache.'),
});

export type DataConfig = z.output<typeof dataSchema>;
