/**
 * The operations that lead from an input to an output, as a list: what a network does, in a form that can be written down for
 * other engines. The network runs once; nothing has to be described a second time.
 */
import type { Activation } from './kernels.js';
import { tidy } from './scope.js';
import { type Operation, Tape } from './tape.js';
import type { Shape, Tensor } from './tensor.js';

/** A tensor that operations pass on. Its shape is that of the traced run. */
export interface TracedTensor {
  readonly shape: Shape;
  /** There when it does not depend on the input: a weight, or what was computed from weights alone. */
  readonly constant?: { readonly name: string; readonly values: Float32Array };
}

export interface TracedOperation {
  readonly name: string;
  /** Applied to the result; `identity` for none. */
  readonly activation: Activation;
  readonly settings: Readonly<Record<string, number>>;
  readonly inputs: readonly TracedTensor[];
  readonly output: TracedTensor;
}

export interface Trace {
  readonly input: TracedTensor;
  /** In the order in which they ran. */
  readonly operations: readonly TracedOperation[];
  readonly output: TracedTensor;
}

/**
 * Runs `body` and lists what it did with `input`. A tensor computed from constants alone becomes one, under the name of what
 * it was computed from.
 *
 * @param names of the tensors that may be constants
 */
export function trace(
  input: Tensor,
  names: ReadonlyMap<Tensor, string>,
  body: (input: Tensor) => Tensor,
): Trace {
  const operations: TracedOperation[] = [];
  const traced = new Map<Tensor, TracedTensor>([[input, { shape: input.shape }]]);
  const computed = new Map<Tensor, string>();
  const nameOf = (tensor: Tensor) => names.get(tensor) ?? computed.get(tensor);
  const constantOf = (tensor: Tensor): TracedTensor => {
    const name = nameOf(tensor);
    if (name === undefined) throw new Error(`a tensor [${tensor.shape.join(', ')}] was not named to trace`);
    return { shape: tensor.shape, constant: { name, values: Float32Array.from(tensor.read()) } };
  };
  const onForward = (operation: Operation) => {
    const { name, activation = 'identity', settings = {}, inputs, output } = operation;
    if (!inputs.some((tensor) => traced.has(tensor))) {
      const source = inputs.map(nameOf).find((found) => found !== undefined);
      if (source !== undefined) computed.set(output, source);
      return;
    }
    const result = { shape: output.shape };
    traced.set(output, result);
    const read = inputs.map((tensor) => traced.get(tensor) ?? constantOf(tensor));
    operations.push({ name, activation, settings, inputs: read, output: result });
  };
  // The tape lists what a gradient flows through.
  const wanted = input.requiresGrad;
  input.requiresGrad = true;
  const tape = new Tape({ onForward, onBackward: () => {} });
  try {
    return tidy(() => {
      const output = traced.get(tape.record(() => body(input)));
      if (output === undefined) throw new Error('the output does not depend on the input');
      return { input: traced.get(input)!, operations, output };
    });
  } finally {
    tape.clear();
    input.requiresGrad = wanted;
  }
}
