import { z } from 'zod';
import { backend, type Parameter, type Tensor } from '../../tensor/index.js';
import { Optimizer, optimizerShape } from './optimizer.js';

const schema = z.object({
  ...optimizerShape,
  momentum: z
    .number()
    .min(0)
    .max(1)
    .default(0.9)
    .describe('Share of the last update that goes into this one.'),
  nesterov: z.boolean().default(false).describe('Looks one update of momentum ahead.'),
});

type SgdOptions = z.input<typeof schema>;

/** Stochastic gradient descent as PyTorch has it: u = μu + g (u = g at first), w −= ηu, or η(g + μu) with Nesterov. */
export class Sgd extends Optimizer {
  readonly #momentum: number;
  readonly #nesterov: boolean;

  constructor(parameters: readonly Parameter[], options: SgdOptions = {}) {
    const { momentum, nesterov, ...common } = schema.parse(options);
    super(parameters, common, momentum > 0 ? ['momentum_buffer'] : []);
    this.#momentum = momentum;
    this.#nesterov = nesterov;
  }

  protected override update(parameter: Parameter, gradient: Tensor, weightDecay: number, step: number): void {
    const [velocity] = this.slots(parameter);
    backend().sgd(parameter.storage, gradient.storage, velocity?.storage, {
      learningRate: this.rateOf(parameter),
      momentum: this.#momentum,
      weightDecay,
      nesterov: this.#nesterov,
      first: step === 1,
    });
  }
}

export const sgd = {
  name: 'sgd',
  schema,
  create: (options: SgdOptions, parameters: readonly Parameter[]) => new Sgd(parameters, options),
} as const;
