/** What every optimiser has: float32 state beside each parameter. The arithmetic of an update is one backend kernel. */
import { z } from 'zod';
import { InputError } from '../../system/index.js';
import { type Parameter, persistent, Tensor } from '../../tensor/index.js';
import { type StateDict, StateDictError } from '../module.js';
import { matchesPattern } from '../patterns.js';

/** The keys of every optimiser. */
export const optimizerShape = {
  lr: z
    .number()
    .positive()
    .default(4e-3)
    .describe('Highest learning rate; the schedule takes a share of it.'),
  weight_decay: z.number().min(0).default(0).describe('Share of the weights that an update takes away.'),
  lr_factors: z
    .record(z.string().min(1), z.number().positive())
    .default({})
    .describe(
      'Learning rate of some parameters, as a factor by name; * stands for anything: {"*.lab.*": 0.1}.',
    ),
};

type OptimizerOptions = z.output<z.ZodObject<typeof optimizerShape>>;

/** What a checkpoint keeps of an optimiser: its update count, and its tensors by `<parameter name>.<slot>`. */
export interface OptimizerState {
  readonly step: number;
  readonly tensors: StateDict;
}

export abstract class Optimizer {
  /** May be set before any step: schedules do. */
  learningRate: number;
  readonly parameters: readonly Parameter[];
  readonly #weightDecay: number;
  readonly #slots: readonly string[];
  readonly #factors: ReadonlyMap<Parameter, number>;
  readonly #state = new Map<Parameter, readonly Tensor[]>();
  #step = 0;

  protected constructor(
    parameters: readonly Parameter[],
    options: OptimizerOptions,
    slots: readonly string[],
  ) {
    this.parameters = parameters;
    this.learningRate = options.lr;
    this.#weightDecay = options.weight_decay;
    this.#slots = slots;
    this.#factors = factorsOf(parameters, options.lr_factors);
  }

  /** The rate of one parameter: the learning rate times its factor. */
  protected rateOf(parameter: Parameter): number {
    return this.learningRate * (this.#factors.get(parameter) ?? 1);
  }

  /** Updates every parameter that has a gradient. */
  step(): void {
    this.#step++;
    for (const parameter of this.parameters) {
      if (!parameter.grad) continue;
      this.update(parameter, parameter.grad, this.#weightDecay, this.#step);
    }
  }

  /** Changes one parameter in place. `step` is 1 for the first update. */
  protected abstract update(parameter: Parameter, gradient: Tensor, weightDecay: number, step: number): void;

  /** The parameter's state tensors in the order of the slots, zeros at first. */
  protected slots(parameter: Parameter): readonly Tensor[] {
    let tensors = this.#state.get(parameter);
    if (!tensors) {
      tensors = persistent(() => this.#slots.map(() => Tensor.zeros(parameter.shape)));
      this.#state.set(parameter, tensors);
    }
    return tensors;
  }

  zeroGrad(): void {
    for (const parameter of this.parameters) parameter.zeroGrad();
  }

  stateDict(): OptimizerState {
    const tensors: StateDict = new Map();
    for (const [parameter, state] of this.#state) {
      for (const [index, slot] of this.#slots.entries()) {
        const data = Float32Array.from(state[index]!.read());
        tensors.set(`${parameter.name}.${slot}`, { shape: parameter.shape, data });
      }
    }
    return { step: this.#step, tensors };
  }

  /** Throws, and changes nothing, when a tensor belongs to no parameter or does not fit it. */
  loadStateDict({ step, tensors }: OptimizerState): void {
    const known = new Map<string, { readonly parameter: Parameter; readonly index: number }>(
      this.parameters.flatMap((parameter) =>
        this.#slots.map((slot, index) => [`${parameter.name}.${slot}`, { parameter, index }] as const),
      ),
    );
    for (const [name, { data }] of tensors) {
      if (known.get(name)?.parameter.length !== data.length) {
        throw new StateDictError(`the optimiser's state is that of another: ${name} does not fit`);
      }
    }
    for (const [name, { data }] of tensors) {
      const { parameter, index } = known.get(name)!;
      this.slots(parameter)[index]!.write(data);
    }
    this.#step = step;
  }

  dispose(): void {
    for (const tensors of this.#state.values()) for (const tensor of tensors) tensor.dispose();
    this.#state.clear();
  }
}

/** Of several patterns that fit a name, the last one counts. Throws InputError for a pattern that fits none. */
function factorsOf(
  parameters: readonly Parameter[],
  factors: Readonly<Record<string, number>>,
): Map<Parameter, number> {
  const chosen = new Map<Parameter, number>();
  for (const [pattern, factor] of Object.entries(factors)) {
    const fitting = parameters.filter(({ name }) => matchesPattern(name, pattern));
    if (fitting.length === 0) {
      const names = [0, 0.5, 1].map((share) => parameters[Math.floor(share * (parameters.length - 1))]?.name);
      throw new InputError(
        `optimizer.lr_factors: no parameter is called ${pattern}; there are ${parameters.length}, ${names.join(', ')} among them`,
      );
    }
    for (const parameter of fitting) chosen.set(parameter, factor);
  }
  return chosen;
}
