/** Optimisers. Each keeps float32 state beside every parameter; the arithmetic of an update is one backend kernel. */
import { backend, type Parameter, persistent, Tensor } from '../tensor/index.js';
import type { StateDict } from './module.js';

/** What a checkpoint keeps of an optimiser: its update count, and its tensors by `<parameter name>.<slot>`. */
export interface OptimizerState {
  readonly step: number;
  readonly tensors: StateDict;
}

export interface OptimizerOptions {
  readonly learningRate: number;
  /** Default 0. */
  readonly weightDecay?: number;
  /** Leave vectors (biases, batch norms) undecayed. Default false, as PyTorch. */
  readonly decayMatricesOnly?: boolean;
}

export abstract class Optimizer {
  /** May be set before any step: schedules do. */
  learningRate: number;
  readonly parameters: readonly Parameter[];
  readonly #weightDecay: number;
  readonly #decayMatricesOnly: boolean;
  readonly #slots: readonly string[];
  readonly #state = new Map<Parameter, readonly Tensor[]>();
  #step = 0;

  protected constructor(
    parameters: readonly Parameter[],
    options: OptimizerOptions,
    slots: readonly string[],
  ) {
    this.parameters = parameters;
    this.learningRate = options.learningRate;
    this.#weightDecay = options.weightDecay ?? 0;
    this.#decayMatricesOnly = options.decayMatricesOnly ?? false;
    this.#slots = slots;
  }

  /** Updates every parameter that has a gradient. */
  step(): void {
    this.#step++;
    for (const parameter of this.parameters) {
      if (!parameter.grad) continue;
      const decays = !this.#decayMatricesOnly || parameter.shape.length > 1;
      this.update(parameter, parameter.grad, decays ? this.#weightDecay : 0, this.#step);
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
        throw new Error(`the optimiser state belongs to another network or optimiser: ${name} does not fit`);
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

export interface AdamOptions extends OptimizerOptions {
  /** Default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Default 1e-8. */
  readonly epsilon?: number;
}

/**
 * Adam, arXiv:1412.6980:
 *   m = β₁m + (1 − β₁)g,  v = β₂v + (1 − β₂)g²,  w −= η · m̂ / (√v̂ + ε),  m̂ = m / (1 − β₁ᵗ),  v̂ = v / (1 − β₂ᵗ);
 * weight decay λ enters as g + λw.
 */
export class Adam extends Optimizer {
  protected readonly decoupledWeightDecay: boolean = false;
  readonly #beta1: number;
  readonly #beta2: number;
  readonly #epsilon: number;

  constructor(parameters: readonly Parameter[], options: AdamOptions) {
    super(parameters, options, ['exp_avg', 'exp_avg_sq']);
    [this.#beta1, this.#beta2] = options.betas ?? [0.9, 0.999];
    this.#epsilon = options.epsilon ?? 1e-8;
  }

  protected override update(parameter: Parameter, gradient: Tensor, weightDecay: number, step: number): void {
    const [m, v] = this.slots(parameter);
    backend().adam(parameter.storage, gradient.storage, m!.storage, v!.storage, {
      learningRate: this.learningRate,
      beta1: this.#beta1,
      beta2: this.#beta2,
      epsilon: this.#epsilon,
      weightDecay,
      decoupledWeightDecay: this.decoupledWeightDecay,
      step,
    });
  }
}

/** Adam with weight decay on the weight itself, w −= ηλw, arXiv:1711.05101. */
export class AdamW extends Adam {
  protected override readonly decoupledWeightDecay = true;
}

export interface SgdOptions extends OptimizerOptions {
  /** Default 0. */
  readonly momentum?: number;
  /** Default false. */
  readonly nesterov?: boolean;
}

/** Stochastic gradient descent as PyTorch has it: u = μu + g (u = g at first), w −= ηu, or η(g + μu) with Nesterov. */
export class Sgd extends Optimizer {
  readonly #momentum: number;
  readonly #nesterov: boolean;

  constructor(parameters: readonly Parameter[], options: SgdOptions) {
    super(parameters, options, options.momentum ? ['momentum_buffer'] : []);
    this.#momentum = options.momentum ?? 0;
    this.#nesterov = options.nesterov ?? false;
  }

  protected override update(parameter: Parameter, gradient: Tensor, weightDecay: number, step: number): void {
    const [velocity] = this.slots(parameter);
    backend().sgd(parameter.storage, gradient.storage, velocity?.storage, {
      learningRate: this.learningRate,
      momentum: this.#momentum,
      weightDecay,
      nesterov: this.#nesterov,
      first: step === 1,
    });
  }
}
