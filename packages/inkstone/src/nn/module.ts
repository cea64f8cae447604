import { InkstoneError } from '../system/index.js';
import { Parameter, type Shape, Tensor, tidy } from '../tensor/index.js';

/** Values by name, as checkpoints and safetensors keep them. */
export type StateDict = Map<string, { readonly shape: Shape; readonly data: Float32Array }>;

/**
 * A part of a network. Its parameters, buffers and children are simply its fields: a `Parameter` is trained, any other
 * `Tensor` is a buffer, a `Module` is a child. Fields are named as PyTorch names them, in the same order, so that
 * state dicts agree.
 */
export abstract class Module<Input = Tensor, Output = Tensor> {
  /** Batch norm uses and updates batch statistics when true. Set by `train` and `eval`. */
  training = true;

  abstract forward(input: Input): Output;

  /** Runs `forward` in a scope of its own: tensors it makes and does not return are released when it ends. */
  call(input: Input): Output {
    return tidy(() => this.forward(input));
  }

  train(mode = true): this {
    this.training = mode;
    for (const [, child] of this.namedChildren()) child.train(mode);
    return this;
  }

  eval(): this {
    return this.train(false);
  }

  /** Direct children by name, in the order of their definition. */
  namedChildren(): [string, AnyModule][] {
    return this.#fields((value): value is AnyModule => value instanceof Module);
  }

  /** Every parameter below, in PyTorch's order. Gives each its dotted path from here as its name. */
  parameters(): Parameter[] {
    const named = this.#collect((value): value is Parameter => value instanceof Parameter);
    for (const [name, parameter] of named) parameter.name = name;
    return named.map(([, parameter]) => parameter);
  }

  /** Every parameter and buffer below by its dotted path, in PyTorch's order. */
  namedTensors(): [string, Tensor][] {
    return this.#collect((value): value is Tensor => value instanceof Tensor);
  }

  zeroGrad(): void {
    for (const parameter of this.parameters()) parameter.zeroGrad();
  }

  /** A copy of all parameters and buffers. */
  stateDict(): StateDict {
    return new Map(
      this.namedTensors().map(([name, tensor]) => [
        name,
        { shape: tensor.shape, data: Float32Array.from(tensor.read()) },
      ]),
    );
  }

  /**
   * Overwrites all parameters and buffers. Names and shapes must agree exactly; `num_batches_tracked` may be missing.
   * Nothing is changed when they do not.
   */
  loadStateDict(state: StateDict): void {
    const tensors = new Map(this.namedTensors());
    const missing = [...tensors.keys()].filter(
      (name) => !state.has(name) && !name.endsWith('num_batches_tracked'),
    );
    const unknown = [...state.keys()].filter((name) => !tensors.has(name));
    const misshapen = [...tensors].flatMap(([name, tensor]) => {
      const entry = state.get(name);
      return !entry || String(entry.shape) === String(tensor.shape)
        ? []
        : [`${name} is [${entry.shape.join(', ')}] instead of [${tensor.shape.join(', ')}]`];
    });
    if (missing.length + unknown.length + misshapen.length > 0) {
      throw otherNetwork(missing, unknown, misshapen);
    }
    for (const [name, { data }] of state) tensors.get(name)!.write(data);
  }

  /** Frees all parameters, their gradients, and buffers. */
  dispose(): void {
    this.zeroGrad();
    for (const [, tensor] of this.namedTensors()) tensor.dispose();
  }

  #fields<T>(accept: (value: unknown) => value is T): [string, T][] {
    return Object.entries(this).filter((field): field is [string, T] => accept(field[1]));
  }

  /** Own parameters, then own buffers, then children: PyTorch's order. */
  #collect<T extends Tensor>(accept: (value: unknown) => value is T): [string, T][] {
    const own = this.#fields(accept);
    const isParameter = ([, value]: [string, T]): boolean => value instanceof Parameter;
    return [
      ...own.filter(isParameter),
      ...own.filter((field) => !isParameter(field)),
      ...this.namedChildren().flatMap(([name, child]) =>
        child.#collect(accept).map(([path, value]): [string, T] => [`${name}.${path}`, value]),
      ),
    ];
  }
}

/** A module of whatever signature, for walking a tree. */
export type AnyModule = Module<never, unknown>;

const NAMES_SHOWN = 5;

/** A checkpoint's state belongs to another network, or to another optimiser. */
export class StateDictError extends InkstoneError {}

function otherNetwork(
  missing: readonly string[],
  unknown: readonly string[],
  misshapen: readonly string[],
): StateDictError {
  const list = (title: string, names: readonly string[]): string[] => {
    if (names.length === 0) return [];
    const more = names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : '';
    return [`${title} ${names.slice(0, NAMES_SHOWN).join(', ')}${more}`];
  };
  const problems = [...list('missing:', missing), ...list('unknown:', unknown), ...list('shape:', misshapen)];
  return new StateDictError(`the weights belong to another network (${problems.join('; ')})`);
}
