/** What `model.*` may hold. */
import { POSTPROCESS_DEFAULTS as boxes } from 'inkstone-detect';
import { z } from 'zod';
import { ignoring } from '../config/index.js';
import { ENCODERS, encoderSchema } from './encoders/index.js';
import { headSchema } from './heads/db.js';
import { lossSchema } from './loss.js';

const fraction = z.number().min(0).max(1);

/** Decoder and head had a `name` while there might have been several of them. */
const WITHOUT_CHOICE = ['name'];

const ownChannels = ENCODERS.map(({ name, innerChannels }) => `${innerChannels} with ${name}`).join(', ');

const networkShape = {
  encoder: encoderSchema,
  decoder: ignoring(
    WITHOUT_CHOICE,
    z.strictObject({
      inner_channels: z
        .int()
        .min(4)
        .multipleOf(4)
        .nullable()
        .default(null)
        .describe(`Channels of the feature pyramid; null: ${ownChannels}.`),
    }),
  ).prefault({}),
  head: ignoring(WITHOUT_CHOICE, headSchema).prefault({}),
};

/** The part of `model.*` that decides which weights a network has. */
export const networkSchema = z.object(networkShape);

export type NetworkOptions = z.input<typeof networkSchema>;

const postprocessSchema = z.strictObject({
  threshold: fraction.default(boxes.threshold).describe('Probability from which a pixel belongs to a text.'),
  box_threshold: fraction
    .default(boxes.boxThreshold)
    .describe('Mean probability of its pixels from which a text is kept.'),
  unclip_ratio: z
    .union([z.number().positive(), z.literal('inverse')])
    .default(boxes.unclipRatio)
    .describe('How far a kernel grows, as a share of area over length; inverse undoes shrink_ratio.'),
  shrink_ratio: fraction
    .default(boxes.shrinkRatio)
    .describe('What the targets were shrunk by, for unclip_ratio=inverse.'),
  max_candidates: z.int().min(1).default(boxes.maxCandidates).describe('Texts looked at on an image.'),
  min_size: z
    .number()
    .min(0)
    .default(boxes.minSize)
    .describe('Texts whose shorter side has fewer pixels are dropped.'),
  output: z.enum(['quad', 'polygon']).default(boxes.output).describe('Rotated rectangles, or outlines.'),
});

export const modelSchema = z.strictObject({
  ...networkShape,
  loss: lossSchema.prefault({}),
  postprocess: postprocessSchema.prefault({}),
});

export type ModelConfig = z.output<typeof modelSchema>;
