/** Every setting of the data room, once: what may be typed (`data.size=800`), its default, and what it does. */
import { SIDE_MULTIPLE } from 'inkstone-detect';
import { z } from 'zod';
import { cacheConfigSchema } from '../cache/index.js';
import { targetsSchema } from './targets.js';
import { augmentSchema } from './transforms/index.js';

/** The parts that a dataset is read in. A root without split folders is split by `val_fraction`. */
export const SPLITS = ['train', 'val', 'test'] as const;
export type Split = (typeof SPLITS)[number];

const FORMATS = ['icdar', 'paddle', 'json'] as const;

/** What `createDataset` takes: everything but receipts to be drawn and the cache. */
export const datasetSchema = z.strictObject({
  name: z.enum(FORMATS).default('icdar').describe('Label format of data.root.'),
  root: z.string().min(1).describe('Folder of the data set, or its label file (paddle and json).'),
  size: z
    .int()
    .min(SIDE_MULTIPLE)
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
      'What happens to an unusable file or line. fail: the call ends with one error. skip: it is left out and counted.',
    ),
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
  prefetch: z.int().min(1).default(2).describe('Batches that may lie ready ahead of the one in use.'),
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
  polygon_points: z
    .union([z.literal(4), z.literal('any')])
    .default(4)
    .describe(
      'Points on a line of ICDAR labels. 4: the rest of the line is the transcript. any: coordinates go up to the last ' +
        'field. Not guessed, because "1,234.00" is a transcript on a receipt.',
    ),
  augment: augmentSchema.prefault({}).describe('Random changes of training samples.'),
  targets: targetsSchema.prefault({}).describe('Maps that the network learns to give.'),
});

export type DataOptions = z.output<typeof datasetSchema>;
export type DatasetFormat = DataOptions['name'];
export type OnError = DataOptions['on_error'];
/** The same with only the root required. */
export type DataOptionsInput = z.input<typeof datasetSchema>;

const syntheticSchema = z.strictObject({
  train_count: z.int().min(1).default(400).describe('Receipts to train on.'),
  val_count: z.int().min(1).default(100).describe('Receipts to validate on.'),
  seed: z
    .int()
    .min(0)
    .default(0)
    .describe('Another seed draws other receipts; the same one the same on every machine.'),
  size: z.int().min(64).default(900).describe('Longest side of the pictures, in pixels.'),
  difficulty: z
    .number()
    .min(0)
    .max(1)
    .default(0.7)
    .describe('From 0 (flat and clean) to 1 (crumpled, faded, badly lit).'),
});

/** What `data=synthetic` draws. */
export type SyntheticOptions = z.output<typeof syntheticSchema>;

/** The group `data` of a run's configuration. */
export const dataSchema = datasetSchema.extend({
  name: z
    .enum([...FORMATS, 'synthetic'])
    .default('synthetic')
    .describe('Label format of data.root, or synthetic: receipts that Inkstone draws into data.root.'),
  synthetic: syntheticSchema.prefault({}).describe('What data=synthetic draws.'),
  cache_config: cacheConfigSchema.prefault({}).describe('What the cache keeps, and where.'),
  cache_splits: z
    .array(z.enum(SPLITS))
    .default([...SPLITS])
    .describe('Splits whose samples go through the cache.'),
});

export type DataConfig = z.output<typeof dataSchema>;
