import { ExponentHistogram } from '../../amp/index.js';
import type { Operation, TapeObserver, Tensor } from '../../tensor/index.js';
import { isLoss, moduleOf } from '../layer.js';

/** One operation of the network over all batches. */
export interface ObservedLayer {
  /** The module whose parameters it uses; for one without parameters, the last module before it. */
  readonly module: string;
  /** E.g. `conv2d`. */
  readonly operation: string;
  /** Empty for a batch norm: its output is never written to memory. */
  readonly activations: ExponentHistogram;
  readonly gradients: ExponentHistogram;
}

/**
 * Gathers the exponents of every activation and of its gradient. A network records the same operations in the same
 * order for every batch, so an operation's place in that order is its identity.
 */
export class NumericsObserver implements TapeObserver {
  readonly layers: ObservedLayer[] = [];
  #places = new Map<Operation, number>();

  /** Call before each batch. */
  nextBatch(): void {
    this.#places = new Map();
  }

  onForward(operation: Operation): void {
    if (isLoss(operation)) return;
    const place = this.#places.size;
    this.#places.set(operation, place);
    this.layers[place] ??= {
      module: moduleOf(operation) ?? this.layers[place - 1]?.module ?? 'input',
      operation: operation.name,
      activations: new ExponentHistogram(),
      gradients: new ExponentHistogram(),
    };
    const { output } = operation;
    if (output.affine === undefined) this.layers[place].activations.add(valuesOf(output));
  }

  onBackward(operation: Operation, gradient: Tensor): void {
    const place = this.#places.get(operation);
    if (place !== undefined) this.layers[place]?.gradients.add(valuesOf(gradient));
  }
}

function valuesOf(tensor: Tensor): Float32Array {
  const values = tensor.read();
  return values instanceof Float32Array ? values : Float32Array.from(values);
}
