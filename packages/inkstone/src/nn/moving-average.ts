import { backend, persistent, type Tensor } from '../tensor/index.js';
import { type Module, type StateDict, StateDictError } from './module.js';

/** The rows of a network that are averaged: everything but the count of batches. */
const isAveraged = (name: string): boolean => !name.endsWith('num_batches_tracked');

/**
 * An exponential moving average of a network's parameters and running statistics, for evaluation: late in training the
 * average is a better model than any single step of it.
 *
 * The decay warms up as min(decay, (1 + t) / (10 + t)), so that the first steps are forgotten quickly.
 */
export class MovingAverage {
  readonly #decay: number;
  readonly #tensors: ReadonlyMap<string, { readonly source: Tensor; readonly average: Tensor }>;
  #updates = 0;

  constructor(module: Pick<Module, 'namedTensors'>, decay: number) {
    this.#decay = decay;
    this.#tensors = new Map(
      module
        .namedTensors()
        .filter(([name]) => isAveraged(name))
        .map(([name, source]) => [name, { source, average: persistent(() => source.clone()) }]),
    );
  }

  /** Takes in the present weights; call it after every optimiser step. */
  update(): void {
    this.#updates++;
    const decay = Math.min(this.#decay, (1 + this.#updates) / (10 + this.#updates));
    for (const { source, average } of this.#tensors.values()) {
      backend().movingAverage(average.storage, source.storage, decay);
    }
  }

  /** Exchanges the network's values and the average. Calling it again undoes it. */
  swap(): void {
    for (const { source, average } of this.#tensors.values()) {
      const held = persistent(() => source.clone());
      backend().cast(average.storage, source.storage);
      backend().cast(held.storage, average.storage);
      held.dispose();
    }
  }

  stateDict(): { readonly updates: number; readonly tensors: StateDict } {
    const tensors: StateDict = new Map();
    for (const [name, { average }] of this.#tensors) {
      tensors.set(name, { shape: average.shape, data: Float32Array.from(average.read()) });
    }
    return { updates: this.#updates, tensors };
  }

  loadStateDict({ updates, tensors }: { readonly updates: number; readonly tensors: StateDict }): void {
    for (const [name, { average }] of this.#tensors) {
      const entry = tensors.get(name);
      if (entry?.data.length !== average.length) {
        throw new StateDictError(`the moving average has no fitting ${name}`);
      }
    }
    for (const [name, { average }] of this.#tensors) average.write(tensors.get(name)!.data);
    this.#updates = updates;
  }

  dispose(): void {
    for (const { average } of this.#tensors.values()) average.dispose();
  }
}
