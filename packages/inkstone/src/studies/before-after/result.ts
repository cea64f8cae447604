import { z } from 'zod';
import { SPLITS } from '../../data/index.js';
import { postprocessSchema } from '../../detection/index.js';
import { METRIC_CHOICES, METRIC_NAMES } from '../../metrics/index.js';
import { readJson } from '../../system/index.js';

const hmeansSchema = z.record(z.enum(METRIC_NAMES), z.number());

const detectorSchema = z.object({
  weights: z.string(),
  /** What its boxes are made with: what suits it best on `val`. */
  postprocess: postprocessSchema,
});

const setSchema = z.object({
  /** As the user named it; `val` for the run's own. */
  name: z.string(),
  split: z.enum(SPLITS),
  images: z.int(),
  before: hmeansSchema,
  after: hmeansSchema,
});

/** `before-after.json` in the folder of a run. */
export const beforeAfterResultSchema = z.object({
  /** What the boxes were chosen for. */
  metric: z.enum(METRIC_CHOICES),
  before: detectorSchema,
  after: detectorSchema,
  /** `val`, on which the boxes were chosen, then the sets that neither training nor this choice has seen. */
  sets: z.array(setSchema).min(1),
});

export type BeforeAfter = Readonly<z.output<typeof beforeAfterResultSchema>>;
/** @throws InputError for a file that is damaged */
export const readBeforeAfter = (file: string): BeforeAfter =>
  readJson(file, beforeAfterResultSchema, 'move the file away');

export type JudgedSet = BeforeAfter['sets'][number];
