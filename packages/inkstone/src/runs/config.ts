/**
 * The run configuration: every key that `inkstone train` knows, with its default and what it may be. Keys are spelled
 * as users type them. The files in `configs/` choose among these values; they add no key of their own.
 */
import { POSTPROCESS_DEFAULTS as boxes } from 'inkstone-detect';
import { z } from 'zod';
import { type Composed, type ComposeOptions, compose, isTree, validateConfig } from '../config/index.js';
import { dataSchema } from './config-data.js';

export const PRECISIONS = ['32-true', '16-mixed', 'bf16-mixed', '16-unsafe'] as const;

const DOUBLE_REFUSED =
  'is not offered: kernels accumulate in fp32 and keep master weights in fp32, which is what "32-true" trains with; ' +
  'for float64 arithmetic there is INKSTONE_BACKEND=reference, made for tests';

const precision = z
  .unknown()
  .superRefine((value, context) => {
    if (value === '64-true') context.addIssue({ code: 'custom', message: DOUBLE_REFUSED });
  })
  .pipe(z.enum(PRECISIONS));

const positiveInt = z.int().min(1);
const fraction = z.number().min(0).max(1);

/** A number of batches, or a share of them below 1; null is all of them. */
const batchLimit = z
  .number()
  .min(0)
  .refine((value) => value < 1 || Number.isInteger(value), {
    message: 'must be a whole number of batches, a share below 1, or null for all',
  })
  .nullable()
  .default(null);

const trainerSchema = z.strictObject({
  max_epochs: positiveInt.default(24),
  /** Optimiser updates after which training ends; -1: only `max_epochs` counts. */
  max_steps: z.int().min(-1).default(-1),
  precision: precision.default('32-true'),
  /** 0 does not clip. */
  gradient_clip_val: z.number().min(0).default(5),
  gradient_clip_algorithm: z.enum(['norm', 'value']).default('norm'),
  /** Batches whose gradients are averaged into one update. */
  accumulate_grad_batches: positiveInt.default(1),
  /** Known to Lightning users; kernels are chosen by shape, so there is nothing to try out and both values run alike. */
  benchmark: z.boolean().default(true),
  /** Runs are always reproducible here; false changes nothing. */
  deterministic: z.boolean().default(true),
  /** Updates between two logged training rows. */
  log_every_n_steps: positiveInt.default(10),
  check_val_every_n_epoch: positiveInt.nullable().default(1),
  /** Validates inside an epoch: every n training batches, or every share of an epoch below 1. null: at its end only. */
  val_check_interval: batchLimit,
  /** Validation batches tried before training, so that a broken validation is found at once. */
  num_sanity_val_steps: z.int().min(0).default(2),
  limit_train_batches: batchLimit,
  limit_val_batches: batchLimit,
  limit_test_batches: batchLimit,
});

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

/** A callback that is off is null (`callbacks.early_stopping=null`, or `~callbacks.early_stopping`). */
const callbacksSchema = z.strictObject({
  checkpoint: z
    .strictObject({
      monitor: z.string().default('val/hmean'),
      mode: z.enum(['max', 'min']).default('max'),
      /** Also saves `last` every so many updates, not at the end of epochs only. */
      every_n_steps: positiveInt.nullable().default(null),
    })
    .nullable()
    .default(null),
  early_stopping: z
    .strictObject({
      monitor: z.string().default('val/hmean'),
      mode: z.enum(['max', 'min']).default('max'),
      /** Validations without improvement before training ends. */
      patience: positiveInt.default(5),
      min_delta: z.number().min(0).default(0),
    })
    .nullable()
    .default(null),
  learning_rate: z.strictObject({}).nullable().default(null),
  gradient_monitor: z
    .strictObject({
      /** Also logs the norm of every parameter's gradient. */
      per_layer: z.boolean().default(false),
      /** Norms that are worth a warning. */
      warn_above: z.number().positive().default(100),
      warn_below: z.number().positive().default(1e-6),
    })
    .nullable()
    .default(null),
  progress: z.strictObject({}).nullable().default(null),
  profiler: z
    .strictObject({ every_n_batches: positiveInt.default(10) })
    .nullable()
    .default(null),
  /** Pictures of the first validation images with what was found on them. */
  overlays: z
    .strictObject({ images: positiveInt.default(4) })
    .nullable()
    .default(null),
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
  callbacks: callbacksSchema.prefault({}),
  logger: loggerSchema.prefault({}),
});

export type RunConfig = z.output<typeof runConfigSchema>;
export type TrainerConfig = RunConfig['trainer'];
export type ModelConfig = RunConfig['model'];
export type CallbacksConfig = RunConfig['callbacks'];

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
