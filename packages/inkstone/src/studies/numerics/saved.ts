/** `numerics.json` in a run's folder: what was said of it last. */
import { join } from 'node:path';
import { z } from 'zod';
import { NUMERICS, runOf } from '../../runs/index.js';
import { readJson } from '../../system/index.js';
import { BYTES_PER_ELEMENT, type DType } from '../../tensor/index.js';
import type { Numerics } from './examine.js';

const fit = z.object({ overflow: z.number(), underflow: z.number(), lostNorm: z.number() });
const numbers = z.object({
  range: z.object({ p01: z.number(), p99: z.number(), max: z.number() }).nullable(),
  float16: fit,
  bfloat16: fit,
  broken: z.number(),
});

const numericsSchema = z.object({
  checkpoint: z.string(),
  batches: z.int(),
  loss_scale: z.number(),
  scale_from: z.enum(['checkpoint', 'default']),
  accumulated_batches: z.int(),
  largest_safe_scale: z.number().nullable(),
  advice: z.array(z.string()),
  layers: z.array(
    z.object({
      module: z.string(),
      operation: z.string(),
      stored_as: z.enum(Object.keys(BYTES_PER_ELEMENT) as DType[]),
      activations: numbers.nullable(),
      gradients: numbers.nullable(),
      problem: z.string().nullable(),
    }),
  ),
});

/** Where it is kept: in the folder of the run that the weights are of. Undefined for weights of no run. */
export function numericsFileOf({ checkpoint }: Pick<Numerics, 'checkpoint'>): string | undefined {
  const run = runOf(checkpoint);
  return run === undefined ? undefined : join(run, NUMERICS);
}

/** @throws InputError for a file that `inkstone numerics` did not write */
export const readNumerics = (file: string): Numerics =>
  readJson(file, numericsSchema, 'move the file away, or run inkstone numerics again');
