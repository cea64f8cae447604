import type { RandomStream } from 'inkstone-detect/random';
import { z } from 'zod';
import type { Layout, RandomTransform } from './transform.js';

const schema = z
  .strictObject({
    probability: z.number().min(0).max(1).default(0.25).describe('Share of the samples that are turned.'),
    degrees: z.number().min(0).max(45).default(3).describe('Largest angle, to either side.'),
  })
  .prefault({})
  .describe('Turn about the centre.');

export const rotate = {
  name: 'rotate',
  version: 1,
  schema,
  lay(layout: Layout, { probability, degrees }: z.output<typeof schema>, random: RandomStream) {
    if (random.chance(probability)) layout.angle = (random.between(-degrees, degrees) * Math.PI) / 180;
  },
} as const satisfies RandomTransform;
