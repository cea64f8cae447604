/**
 * Reverse-mode differentiation. A tape lists the operations recorded on it; backward walks them from the last to the
 * first, and frees what an operation saved and the gradient of its output as soon as it has passed it.
 */
import { backend } from './current.js';
import { expectShape } from './errors.js';
import type { Activation } from './kernels.js';
import { persistent, tidy } from './scope.js';
import { Parameter, Tensor } from './tensor.js';

/** One gradient for each input of the operation, in order; `undefined` where none is wanted. */
export type InputGradients = readonly (Tensor | undefined)[];

/** An operation by name, and what it was told beside its inputs. */
export interface Call {
  /** The function's name, e.g. `conv2d`. */
  readonly name: string;
  /** Applied to the result; left out for none. */
  readonly activation?: Activation;
  /** The numbers it was given, by name, e.g. `stride`. */
  readonly settings?: Readonly<Record<string, number>>;
}

/** What was computed from what. */
export interface Operation extends Call {
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
}

/** Is shown every recorded operation when it has run, and the gradient of its output when backward has it whole. */
export interface TapeObserver {
  onForward(operation: Operation): void;
  onBackward(operation: Operation, gradient: Tensor): void;
}

interface TapeNode extends Operation {
  readonly saved: readonly Tensor[];
  readonly backward: (gradient: Tensor) => InputGradients;
}

let active: Tape | undefined;

export class Tape {
  #nodes: TapeNode[] = [];

  constructor(readonly observer?: TapeObserver) {}

  /**
   * Runs `body` in a scope and records every operation in it that a gradient flows through. What it does not return
   * and backward does not need is released at its end, so that backward has the room.
   */
  record<T>(body: () => T): T {
    try {
      return withTape(this, () => tidy(body));
    } catch (error) {
      this.clear();
      throw error;
    }
  }

  /** Used by operations. */
  push(node: TapeNode): void {
    for (const tensor of node.saved) tensor.retain();
    this.#nodes.push(node);
    this.observer?.onForward(node);
  }

  /** Number of recorded operations that backward has not consumed. */
  get length(): number {
    return this.#nodes.length;
  }

  /**
   * Adds d(`factor` · loss)/d(parameter) to the `grad` of every parameter the loss depends on, and empties the tape.
   * `factor` carries the loss scale and 1 / accumulated batches.
   */
  backward(loss: Tensor, factor = 1): void {
    const steps = this.backwardInSteps(loss, factor);
    while (!steps.next().done);
  }

  /** The same, with a pause at each parameter whose gradient is whole. */
  *backwardInSteps(loss: Tensor, factor = 1): Generator<Parameter, void> {
    expectShape(
      loss.length === 1,
      'backward',
      () => `the loss must be a scalar, got [${loss.shape.join(', ')}]`,
    );
    if (!loss.requiresGrad) {
      throw new Error('backward: the loss depends on no parameter that was used inside record()');
    }
    const gradients = new Map<Tensor, Tensor>();
    const uses = usesOf(this.#nodes);
    // What is set for the engine is set back before a pause: somebody else may use it then.
    const run = (body: () => void) => withTape(undefined, () => persistent(body));
    try {
      run(() => {
        const seed = Tensor.empty(loss.shape, loss.dtype);
        seed.fill(factor);
        gradients.set(loss, seed);
      });
      for (let node = this.#nodes.pop(); node; node = this.#nodes.pop()) {
        const { output, inputs } = node;
        run(() => {
          const gradient = gradients.get(output);
          if (gradient) this.observer?.onBackward(node as TapeNode, gradient);
          propagate(node as TapeNode, gradients);
        });
        for (const input of inputs) {
          if (!(input instanceof Parameter)) continue;
          const left = uses.get(input)! - 1;
          uses.set(input, left);
          if (left === 0 && input.grad !== undefined) yield input;
        }
      }
    } finally {
      this.clear();
      for (const gradient of gradients.values()) gradient.release();
    }
  }

  /** Forgets what was recorded and frees what was saved for it. */
  clear(): void {
    for (const node of this.#nodes) for (const tensor of node.saved) tensor.release();
    this.#nodes = [];
  }
}

/** Runs `body` without recording anything: evaluation, or arithmetic on parameters. */
export function noGrad<T>(body: () => T): T {
  return withTape(undefined, body);
}

/**
 * Used by operations: tells the tape how `call` made `output` from `inputs`. `saved` stays alive until backward has passed.
 * `backward` gets the gradient of the output and may overwrite it when it is `exclusive`.
 */
export function record(
  call: string | Call,
  output: Tensor,
  inputs: readonly Tensor[],
  saved: readonly Tensor[],
  backward: (gradient: Tensor) => InputGradients,
): Tensor {
  if (active && inputs.some((input) => input.requiresGrad)) {
    output.requiresGrad = true;
    const named = typeof call === 'string' ? { name: call } : call;
    active.push({ ...named, output, inputs, saved, backward });
  }
  return output;
}

/** A place for an elementwise result: the gradient itself when nobody else holds it, else new memory of its kind. */
export function reuse(gradient: Tensor): Tensor {
  return gradient.exclusive ? gradient : Tensor.empty(gradient.shape, gradient.dtype);
}

function withTape<T>(tape: Tape | undefined, body: () => T): T {
  const outer = active;
  active = tape;
  try {
    return body();
  } finally {
    active = outer;
  }
}

/** How often each parameter is an input. */
function usesOf(nodes: readonly TapeNode[]): Map<Parameter, number> {
  const uses = new Map<Parameter, number>();
  for (const { inputs } of nodes) {
    for (const input of inputs) if (input instanceof Parameter) uses.set(input, (uses.get(input) ?? 0) + 1);
  }
  return uses;
}

function propagate(node: TapeNode, gradients: Map<Tensor, Tensor>): void {
  const gradient = gradients.get(node.output);
  gradients.delete(node.output);
  try {
    if (!gradient) return;
    tidy(() => {
      const results = node.backward(gradient);
      node.inputs.forEach((input, index) => {
        const result = results[index];
        if (result && input.requiresGrad) accumulate(input, result, result === gradient, gradients);
      });
    });
  } finally {
    gradient?.release();
    for (const tensor of node.saved) tensor.release();
  }
}

/** Takes a reference to `result` as the input's gradient, or adds it to the one that is there. */
function accumulate(input: Tensor, result: Tensor, borrowed: boolean, gradients: Map<Tensor, Tensor>): void {
  const existing = input instanceof Parameter ? input.grad : gradients.get(input);
  let sum: Tensor;
  if (!existing) {
    // A parameter's gradient is scaled and clipped in place later, so it must not be anybody else's.
    sum =
      input instanceof Parameter && (borrowed || !result.exclusive)
        ? result.clone().retain()
        : result.retain();
  } else {
    sum = existing.exclusive ? existing : existing.clone().retain();
    backend().addInto(sum.storage, result.storage);
    if (sum !== existing) existing.release();
  }
  if (input instanceof Parameter) input.grad = sum;
  else gradients.set(input, sum);
}
