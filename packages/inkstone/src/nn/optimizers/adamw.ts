import type { Parameter } from '../../tensor/index.js';
import { Adam, type AdamOptions, adamSchema } from './adam.js';

/** Adam with weight decay on the weight itself, w −= ηλw, arXiv:1711.05101. */
export class AdamW extends Adam {
  protected override readonly decoupledWeightDecay = true;
}

export const adamw = {
  name: 'adamw',
  schema: adamSchema,
  create: (options: AdamOptions, parameters: readonly Parameter[]) => new AdamW(parameters, options),
} as const;
