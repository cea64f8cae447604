import { persistent, Tensor, type TensorMoments } from '../tensor/index.js';
import { type BatchNorm2d, normsOf } from './layers.js';
import type { AnyModule } from './module.js';

/**
 * Keeps the statistics of training batches out of a network's running ones, so that they can be taken in later and in an
 * order of the caller's: the running ones depend on it.
 */
export class BatchStatistics {
  readonly #norms: readonly { readonly norm: BatchNorm2d; readonly latest: TensorMoments }[];

  constructor(module: AnyModule) {
    this.#norms = normsOf(module)
      .filter(({ frozen }) => !frozen)
      .map((norm) => {
        const latest = persistent(() => ({
          mean: Tensor.zeros(norm.running_mean.shape),
          variance: Tensor.zeros(norm.running_var.shape),
        }));
        norm.statistics = latest;
        return { norm, latest };
      });
  }

  /** Those of the batch that the network saw last, of all norms in a row. */
  read(): Float32Array {
    return Float32Array.from(
      this.#norms.flatMap(({ latest }) => [...latest.mean.read(), ...latest.variance.read()]),
    );
  }

  /** Takes what `read` returned, here or in another process, into the running statistics. */
  takeIn(statistics: Float32Array): void {
    let place = 0;
    for (const { norm, latest } of this.#norms) {
      for (const tensor of [latest.mean, latest.variance]) {
        tensor.write(statistics.subarray(place, place + tensor.length));
        place += tensor.length;
      }
      norm.takeIn(latest);
    }
  }

  /** Gives the norms their running statistics back. */
  dispose(): void {
    for (const { norm, latest } of this.#norms) {
      norm.statistics = undefined;
      latest.mean.dispose();
      latest.variance.dispose();
    }
  }
}
