/**
 * The run configuration: every key that `inkstone train` knows, with its default and what it may be. Keys are spelled
 * as users type them. The files in `configs/` choose among these values; they add no key of their own.
 */
import { z } from 'zod';
import { type Composed, type ComposeOptions, compose, isTree, validateConfig } from '../config/index.js';
import { dataSchema } from '../data/index.js';
import { modelSchema } from '../detection/index.js';
import { optimizerSchema, scheduleSchema } from '../nn/index.js';
import { loggerSchema } from '../tracking/index.js';
import { callbacksSchema, trainerSchema } from '../training/index.js';
import { overlaysSchema } from './overlays-callback.js';

const positiveInt = z.int().min(1);

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
  optimizer: optimizerSchema,
  schedule: scheduleSchema,
  /** Decay of the moving average of the weights that is validated and saved as the model; 0 switches it off. */
  ema_decay: z.number().min(0).lt(1).default(0.995),
  model: modelSchema.prefault({}),
  data: dataSchema,
  callbacks: callbacksSchema.extend({ overlays: overlaysSchema.nullable().default(null) }).prefault({}),
  logger: loggerSchema.prefault({}),
});

export type RunConfig = z.output<typeof runConfigSchema>;

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
