import { SIDE_MULTIPLE } from 'inkstone-detect';
import { z } from 'zod';
import { cacheConfigSchema } from '../cache/index.js';

const probability = z.number().min(0).max(1);
const positiveInt = z.int().min(1);

const augmentSchema = z.strictObject({
  enabled: z.boolean().default(true),
  source_scale: z.number().min(1).default(1),
  flip: z.strictObject({ probability: probability.default(0.5) }).prefault({}),
  rotate: z
    .strictObject({ probability: probability.default(0.25), degrees: z.number().min(0).max(45).default(3) })
    .prefault({}),
  scale: z
    .strictObject({
      probability: probability.default(0.5),
      min: z.number().positive().default(0.8),
      max: z.number().positive().default(1.25),
    })
    .refine(({ min, max }) => min <= max, { message: 'min must not be above max' })
    .prefault({}),
  crop: z
    .strictObject({ size: z.int().min(32).nullable().default(null), attempts: positiveInt.default(10) })
    .prefault({}),
  color: z
    .strictObject({
      probability: probability.default(0.3),
      brightness: probability.default(0.25),
      contrast: probability.default(0.25),
      saturation: probability.default(0.25),
    })
    .prefault({}),
  blur: z
    .strictObject({ probability: probability.default(0), max_sigma: z.number().min(0).default(1) })
    .prefault({}),
});

const targetsSchema = z.strictObject({
  shrink_ratio: z.number().positive().lt(1).default(0.7),
  threshold_min: probability.default(0.3),
  threshold_max: probability.default(0.7),
  min_text_size: z.number().min(0).default(3),
});

/** What `data=synthetic` draws. Another seed draws other receipts; the same one the same on every machine. */
const syntheticSchema = z.strictObject({
  train_count: positiveInt.default(400),
  val_count: positiveInt.default(100),
  seed: z.int().min(0).default(0),
  /** Longest side of the pictures, in pixels. */
  size: z.int().min(64).default(900),
  /** From 0 (flat and clean) to 1 (crumpled, faded, badly lit). */
  difficulty: z.number().min(0).max(1).default(0.7),
});

/** The data room's options (see `DataOptions` there for what each does), the cache and the synthetic data set. */
export const dataSchema = z.strictObject({
  name: z.enum(['icdar', 'paddle', 'json', 'synthetic']).default('synthetic'),
  root: z.string().min(1),
  size: z.int().min(SIDE_MULTIPLE).multipleOf(SIDE_MULTIPLE).default(640),
  pad: z.enum(['square', 'batch']).default('batch'),
  on_error: z.enum(['fail', 'skip']).default('fail'),
  preload_images: z.boolean().default(false),
  load_maps: z.boolean().default(false),
  num_workers: z.int().min(0).max(64).default(1),
  prefetch: positiveInt.default(2),
  val_fraction: z.number().min(0).lt(1).default(0.1),
  split_seed: z.int().min(0).default(0),
  polygon_points: z.union([z.literal(4), z.literal('any')]).default(4),
  augment: augmentSchema.prefault({}),
  targets: targetsSchema.prefault({}),
  synthetic: syntheticSchema.prefault({}),
  cache_config: cacheConfigSchema.prefault({}),
  /** Splits whose samples go through the cache. */
  cache_splits: z.array(z.enum(['train', 'val', 'test'])).default(['train', 'val', 'test']),
});

export type DataConfig = z.output<typeof dataSchema>;
