/** What the process that validates and the one that trains tell each other. */
import { z } from 'zod';
import type { RunConfig } from '../../runs/index.js';
import { OUTCOMES } from '../../training/index.js';

export type ToChild = { readonly kind: 'train'; readonly config: RunConfig } | { readonly kind: 'interrupt' };

export const fromChildSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ended'), outcome: z.enum(OUTCOMES), backend: z.string(), folder: z.string() }),
  /** Losses were no numbers, or the loss scale sank below 1: it says something about the precision, not about the call. */
  z.object({ kind: z.literal('diverged'), message: z.string(), backend: z.string(), folder: z.string() }),
  z.object({ kind: z.literal('failed'), message: z.string(), exitCode: z.literal([1, 2]) }),
]);

export type FromChild = z.output<typeof fromChildSchema>;
