import { z } from 'zod';
import { backend, type Parameter, type Tensor } from '../../tensor/index.js';
import { Optimizer, optimizerShape } from './optimizer.js';

const beta = z.number().min(0).max(1);

export const adamSchema = z.object({
  ...optimizerShape,
  betas: z
    .tuple([beta, beta])
    .default([0.9, 0.999])
    .describe('Shares of the old in the running means of the gradient and of its square.'),
  eps: z.number().positive().default(1e-8).describe('Keeps the division by a vanishing gradient finite.'),
});

export type AdamOptions = z.input<typeof adamSchema>;

/**
 * Adam, arXiv:1412.6980:
 *   m = β₁m + (1 − β₁)g,  v = β₂v + (1 − β₂)g²,  w −= η · m̂ / (√v̂ + ε),  m̂ = m / (1 − β₁ᵗ),  v̂ = v / (1 − β₂ᵗ);
 * weight decay λ enters as g + λw.
 */
export class Adam extends Optimizer {
  protected readonly decoupledWeightDecay: boolean = false;
  readonly #betas: readonly [number, number];
  readonly #epsilon: number;

  constructor(parameters: readonly Parameter[], options: AdamOptions = {}) {
    const { betas, eps, ...common } = adamSchema.parse(options);
    super(parameters, common, ['exp_avg', 'exp_avg_sq']);
    this.#betas = betas;
    this.#epsilon = eps;
  }

  protected override update(parameter: Parameter, gradient: Tensor, weightDecay: number, step: number): void {
    const [m, v] = this.slots(parameter);
    const [beta1, beta2] = this.#betas;
    backend().adam(parameter.storage, gradient.storage, m!.storage, v!.storage, {
      learningRate: this.rateOf(parameter),
      beta1,
      beta2,
      epsilon: this.#epsilon,
      weightDecay,
      decoupledWeightDecay: this.decoupledWeightDecay,
      step,
    });
  }
}

export const adam = {
  name: 'adam',
  schema: adamSchema,
  create: (options: AdamOptions, parameters: readonly Parameter[]) => new Adam(parameters, options),
} as const;
