/**
 * The run configuration: every key that `inkstone train` knows, with its default and what it may be. Keys are spelled
 * as users type them. The files in `configs/` choose among these values; they add no key of their own.
 */
import { POSTPROCESS_DEFAULTS as boxes } from 'inkstone-detect';
import { z } from 'zod';
import { type Composed, type ComposeOptions, compose, isTree, validateConfig } from '../config/index.js';
import { dataSchema } from '../data/index.js';
import { callbacksSchema, trainerSchema } from '../training/index.js';
import { overlaysSchema } from './overlays-callback.js';

const positiveInt = z.int().min(1);
const fraction = z.number().min(0).max(1);

const optimizerSchema = z.strictObject({
  name: z.enum(['adam', 'adamw', 'sgd']).default('adam'),
  lr: z.number().positive().default(4e-3),
  weight_decay: z.number().min(0).default(0),
  /** Adam and AdamW. */
  betas: z.tuple([fraction, fraction]).default([0.9, 0.999]),
  eps: z.number().positive().default(1e-8),
  /** SGD. */
  momentum: fraction.default(0.9),
  nesterov: z.boolean().default(false),
});

const scheduleSchema = z.strictObject({
  name: z.enum(['constant', 'cosine', 'polynomial', 'one_cycle']).default('cosine'),
  /** Updates over which the learning rate rises from 0. */
  warmup_steps: z.int().min(0).default(200),
  /** Learning rate at the end, as a share of the highest. */
  final_factor: fraction.default(0),
  /** Exponent of `polynomial`. */
  power: z.number().positive().default(0.9),
});

export const modelSchema = z.strictObject({
  encoder: z
    .strictObject({ name: z.enum(['mobilenet_v3_small_050', 'resnet18']).default('mobilenet_v3_small_050') })
    .prefault({}),
  /** Channels of the feature pyramid; null: 64 for MobileNet, 256 for ResNet. */
  decoder: z
    .strictObject({
      name: z.enum(['fpn']).default('fpn'),
      inner_channels: z.int().min(4).multipleOf(4).nullable().default(null),
    })
    .prefault({}),
  /** `k`: steepness of the differentiable step. */
  head: z
    .strictObject({ name: z.enum(['db']).default('db'), k: z.number().positive().default(50) })
    .prefault({}),
  loss: z
    .strictObject({
      probability_weight: z.number().min(0).default(5),
      threshold_weight: z.number().min(0).default(10),
      binary_weight: z.number().min(0).default(1),
      /** Hard negatives for each positive pixel. */
      negative_ratio: z.number().positive().default(3),
    })
    .prefault({}),
  postprocess: z
    .strictObject({
      threshold: fraction.default(boxes.threshold),
      box_threshold: fraction.default(boxes.boxThreshold),
      unclip_ratio: z.union([z.number().positive(), z.literal('inverse')]).default(boxes.unclipRatio),
      /** What the targets were shrunk by; 'inverse' undoes it. */
      shrink_ratio: fraction.default(boxes.shrinkRatio),
      max_candidates: positiveInt.default(boxes.maxCandidates),
      min_size: z.number().min(0).default(boxes.minSize),
      output: z.enum(['quad', 'polygon']).default(boxes.output),
    })
    .prefault({}),
});

const loggerSchema = z.strictObject({
  console: z.boolean().default(true),
  jsonl: z.boolean().default(true),
  tensorboard: z.boolean().default(false),
});

export const runConfigSchema = z.strictObject({
  exp_name: z
    .string()
    .regex(/^[\w][\w.-]*$/, 'must be a name of letters, digits, ".", "-" and "_" (it names the run folder)')
    .default('dbnet'),
  seed: z.int().min(0).max(0xffffffff).default(42),
  batch_size: positiveInt.default(4),
  /** null: a fresh run; `last` or `best` of this run, or a checkpoint's path. */
  resume: z.string().min(1).nullable().default(null),
  runs_dir: z.string().min(1).default('runs'),
  trainer: trainerSchema.prefault({}),
  optimizer: optimizerSchema.prefault({}),
  schedule: scheduleSchema.prefault({}),
  /** Decay of the moving average of the weights that is validated and saved as the model; 0 switches it off. */
  ema_decay: z.number().min(0).lt(1).default(0.995),
  model: modelSchema.prefault({}),
  data: dataSchema,
  callbacks: callbacksSchema.extend({ overlays: overlaysSchema.nullable().default(null) }).prefault({}),
  logger: loggerSchema.prefault({}),
});

export type RunConfig = z.output<typeof runConfigSchema>;
export type ModelConfig = RunConfig['model'];

export interface LoadedConfig {
  readonly config: RunConfig;
  readonly composed: Composed;
}

/** Composes `configs/` with the user's files and overrides, and checks every key. Throws ConfigError. */
export function loadRunConfig(options: ComposeOptions = {}): LoadedConfig {
  const composed = compose(options);
  readWholeShares(composed);
  return { config: validateConfig(composed, runConfigSchema), composed };
}

/** Keys that take a number of batches or a share of them. */
const BATCH_AMOUNTS = [
  'limit_train_batches',
  'limit_val_batches',
  'limit_test_batches',
  'val_check_interval',
];

/** As in Lightning `1` is one batch and `1.0` is all of them, which a number alone cannot tell. */
function readWholeShares({ tree, origins }: Composed): void {
  const { trainer } = tree;
  if (!isTree(trainer)) return;
  for (const key of BATCH_AMOUNTS) {
    const isShare = /^1\.0*$/.test(origins.spelling(`trainer.${key}`) ?? '');
    if (isShare && trainer[key] === 1) trainer[key] = null;
  }
}
