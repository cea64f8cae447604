import type { RandomStream } from 'inkstone-detect/random';
import { z } from 'zod';
import type { Layout, RandomTransform } from './transform.js';

const schema = z
  .strictObject({
    probability: z.number().min(0).max(1).default(0.5).describe('Share of the samples that are mirrored.'),
  })
  .prefault({})
  .describe('Mirror left to right.');

export const flip = {
  name: 'flip',
  version: 1,
  schema,
  lay(layout: Layout, { probability }: z.output<typeof schema>, random: RandomStream) {
    layout.mirrored = random.chance(probability);
  },
} as const satisfies RandomTransform;
