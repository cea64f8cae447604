/** What `trainer.*` may hold. */
import { z } from 'zod';
import { arithmeticSchema, precisionSchema } from '../amp/index.js';
import { ignoring } from '../config/index.js';

/** A number of batches, or a share of them below 1; null is all of them. */
const batchAmount = z
  .number()
  .min(0)
  .refine((value) => value < 1 || Number.isInteger(value), {
    message: 'must be a whole number of batches, a share below 1, or null for all',
  })
  .nullable()
  .default(null);

/** Known to Lightning users: here kernels are chosen by shape, and every run is reproducible. */
const WITHOUT_EFFECT = ['benchmark', 'deterministic'];

export const trainerSchema = ignoring(
  WITHOUT_EFFECT,
  z.strictObject({
    max_epochs: z.int().min(1).max(100_000).default(24).describe('Epochs after which training ends.'),
    max_steps: z
      .int()
      .min(-1)
      .max(1_000_000_000)
      .default(-1)
      .describe('Optimiser updates after which training ends; -1: only max_epochs counts.'),
    precision: precisionSchema
      .default('32-true')
      .describe('How activations and their gradients are stored. Weights and sums are fp32 in all of them.'),
    arithmetic: arithmeticSchema
      .default('auto')
      .describe(
        'What bf16-mixed multiplies in convolutions: half rounds both operands to bf16, storage widens them to fp32; ' +
          'sums are fp32 in both. auto: half where the processor has instructions for it. Other precisions do not ask.',
      ),
    gradient_clip_val: z
      .number()
      .min(0)
      .default(5)
      .describe('Limit on the gradients of an update; 0 does not clip.'),
    gradient_clip_algorithm: z
      .enum(['norm', 'value'])
      .default('norm')
      .describe(
        'norm scales all gradients so that their common norm keeps the limit, value cuts each number.',
      ),
    accumulate_grad_batches: z
      .int()
      .min(1)
      .max(10_000)
      .default(1)
      .describe('Batches whose gradients are averaged into one update.'),
    log_every_n_steps: z.int().min(1).default(10).describe('Updates between two logged training rows.'),
    check_val_every_n_epoch: z
      .int()
      .min(1)
      .nullable()
      .default(1)
      .describe('Epochs between two validations; null: none at the end of an epoch.'),
    val_check_interval: batchAmount.describe(
      'Validates inside an epoch: every so many training batches, or every share of an epoch below 1; null: at its end only.',
    ),
    num_sanity_val_steps: z
      .int()
      .min(0)
      .max(10_000)
      .default(2)
      .describe('Validation batches tried before training, so that a broken validation is found at once.'),
    limit_train_batches: batchAmount.describe(
      'Training batches of an epoch, or a share of them below 1; null: all.',
    ),
    limit_val_batches: batchAmount.describe('The same for a validation.'),
    limit_test_batches: batchAmount.describe('The same for inkstone test.'),
  }),
);

export type TrainerConfig = z.output<typeof trainerSchema>;
