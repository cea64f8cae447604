import { z } from 'zod';
import { readJson } from '../../system/index.js';
import type { Report } from './report.js';

const figure = z.number().nullable();
const grade = z.enum(['ACCEPTABLE', 'MARGINAL', 'UNACCEPTABLE']);
const comparison = z.object({
  baseline: z.number(),
  candidate: z.number(),
  difference: z.number(),
  grade,
  seed_noise: figure,
  within_seed_noise: z.boolean().nullable(),
});
const curve = z.array(z.tuple([z.int(), z.number()])).default([]);
const run = z.object({
  precision: z.string(),
  seed: z.int(),
  folder: z.string(),
  outcome: z.enum(['finished', 'diverged']),
  failure: z.string().nullable(),
  reused: z.boolean(),
  steps: z.int(),
  hmean: figure,
  hmean_iou: figure,
  // Reports of earlier versions have none.
  hmean_deteval: figure.default(null),
  seconds_per_step: figure,
  data_wait_share: figure,
  peak_engine_bytes: figure,
  peak_rss_bytes: figure,
  skipped_steps: z.int(),
  final_loss: figure,
  gradient_norm_median: figure,
  gradient_norm_max: figure,
  /** Reports that are kept for people may leave them out. */
  curves: z
    .object({
      loss: curve,
      gradient_norm: curve,
      loss_scale: curve,
      hmean: curve,
      hmean_iou: curve,
      hmean_deteval: curve,
    })
    .prefault({}),
});
const facts = z.record(z.string(), z.union([z.string(), z.number()]));

const reportSchema: z.ZodType<Report> = z.object({
  verdict: z.enum([...grade.options, 'INCONCLUSIVE']),
  reason: z.string(),
  remarks: z.array(z.string()),
  cleval: comparison.nullable(),
  iou: comparison.nullable(),
  deteval: comparison.nullable().default(null),
  ratios: z.object({ seconds_per_step: figure, peak_engine_bytes: figure, peak_rss_bytes: figure }),
  candidate: z.string(),
  candidate_precision: z.string(),
  baseline_precision: z.string(),
  trials: z.array(z.object({ seed: z.int(), baseline: run, candidate: run })).min(1),
  settings: facts,
  machine: facts,
});

/**
 * Reads a `report.json`.
 *
 * @throws InputError for a file that no validation wrote
 */
export const readReport = (file: string): Report =>
  readJson(file, reportSchema, 'move the file away, or run validate-precision again');
