import type { RandomStream } from 'inkstone-detect/random';
import { z } from 'zod';
import type { Layout, RandomTransform } from './transform.js';

const schema = z
  .strictObject({
    probability: z.number().min(0).max(1).default(0.5).describe('Share of the samples that are scaled.'),
    min: z
      .number()
      .positive()
      .min(1 / 16)
      .default(0.8)
      .describe('Smallest factor.'),
    max: z.number().positive().max(16).default(1.25).describe('Largest factor.'),
  })
  .refine(({ min, max }) => min <= max, { message: 'min must not be above max' })
  .prefault({})
  .describe('Scale by a factor drawn evenly on a logarithmic axis.');

export const scale = {
  name: 'scale',
  version: 1,
  schema,
  lay(layout: Layout, { probability, min, max }: z.output<typeof schema>, random: RandomStream) {
    if (random.chance(probability)) layout.scale = Math.exp(random.between(Math.log(min), Math.log(max)));
  },
} as const satisfies RandomTransform;
