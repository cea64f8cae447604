/** The optimisers that `optimizer.name` chooses among, the default first. A new one is a file and a line here. */
import type { z } from 'zod';
import { choiceSchema, createChoice } from '../../config/index.js';
import type { Parameter } from '../../tensor/index.js';
import { adam } from './adam.js';
import { adamw } from './adamw.js';
import type { Optimizer } from './optimizer.js';
import { sgd } from './sgd.js';

const OPTIMIZERS = [adam, adamw, sgd] as const;

export const optimizerSchema = choiceSchema(OPTIMIZERS);

export function createOptimizer(
  config: z.output<typeof optimizerSchema>,
  parameters: readonly Parameter[],
): Optimizer {
  return createChoice<[readonly Parameter[]], Optimizer>(OPTIMIZERS, config, parameters);
}
