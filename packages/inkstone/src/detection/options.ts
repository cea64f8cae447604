/** What every network of `model.*` has beside its own keys: the loss, and how boxes are made of its maps. */
import { POSTPROCESS_DEFAULTS as boxes } from 'inkstone-detect';
import { z } from 'zod';
import { lossSchema } from './loss.js';

const fraction = z.number().min(0).max(1);

export const postprocessSchema = z.strictObject({
  threshold: fraction.default(boxes.threshold).describe('Probability from which a pixel belongs to a text.'),
  box_threshold: fraction
    .default(boxes.boxThreshold)
    .describe('Mean probability of its pixels from which a text is kept.'),
  unclip_ratio: z
    .union([z.number().positive().max(100), z.literal('inverse')])
    .default(boxes.unclipRatio)
    .describe('How far a kernel grows, as a share of area over length; inverse undoes shrink_ratio.'),
  shrink_ratio: fraction
    .default(boxes.shrinkRatio)
    .describe(
      'The shrink ratio that unclip_ratio=inverse undoes. Near data.targets.shrink_ratio; a smaller value makes larger boxes.',
    ),
  mass_correction: z
    .boolean()
    .default(boxes.massCorrection)
    .describe('With unclip_ratio=inverse: take the size of a kernel from the sum of its probabilities.'),
  max_candidates: z
    .int()
    .min(1)
    .max(100_000)
    .default(boxes.maxCandidates)
    .describe('Texts looked at on an image.'),
  min_size: z
    .number()
    .min(0)
    .default(boxes.minSize)
    .describe('Texts whose shorter side has fewer pixels are dropped.'),
  output: z.enum(['quad', 'polygon']).default(boxes.output).describe('Rotated rectangles, or outlines.'),
});

export const taskShape = {
  loss: lossSchema.prefault({}).describe('Weights of the three parts of the loss.'),
  postprocess: postprocessSchema.prefault({}).describe('How boxes are made of the probability map.'),
};
