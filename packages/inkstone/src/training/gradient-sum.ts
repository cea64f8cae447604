import { backend, type Parameter, persistent, Tensor } from '../tensor/index.js';
import { TreeSum } from './tree-sum.js';

/** Gradients of some parameters in a row, zeros where no loss reached. */
export interface GradientRow {
  readonly reached: readonly boolean[];
  readonly values: Float32Array;
}

/**
 * Adds up the gradients of a step's batches, for each parameter in the order of `TreeSum`. They are the parameters' own, moved
 * and not copied. A parameter that no loss reached has none.
 */
export class GradientSum {
  readonly #trees: ReadonlyMap<Parameter, TreeSum<Tensor>>;

  constructor(readonly parameters: readonly Parameter[]) {
    this.#trees = new Map(parameters.map((parameter) => [parameter, new TreeSum(addUp)]));
  }

  /** Takes the gradient that backward left at a parameter, as that of batch `place` of the step. */
  add(parameter: Parameter, place: number): void {
    const tree = this.#trees.get(parameter);
    if (tree === undefined || parameter.grad === undefined) return;
    tree.add(place, parameter.grad);
    parameter.grad = undefined;
  }

  /** Leaves the sums at the parameters, and begins anew. */
  give(): void {
    for (const [parameter, tree] of this.#trees) {
      parameter.zeroGrad();
      parameter.grad = tree.finish();
    }
  }

  /** The sums of these parameters, out of here; null where no loss reached any of them. */
  take(parameters: readonly Parameter[]): GradientRow | null {
    const sums = parameters.map((parameter) => this.#trees.get(parameter)?.finish());
    if (sums.every((sum) => sum === undefined)) return null;
    const values = new Float32Array(parameters.reduce((total, { length }) => total + length, 0));
    let place = 0;
    for (const [index, { length }] of parameters.entries()) {
      const sum = sums[index];
      if (sum !== undefined) values.set(sum.read(), place);
      sum?.release();
      place += length;
    }
    return { reached: sums.map((sum) => sum !== undefined), values };
  }

  /** Takes sums in, as the only ones of the step. */
  put(parameters: readonly Parameter[], reached: readonly boolean[], values: Float32Array): void {
    let place = 0;
    for (const [index, parameter] of parameters.entries()) {
      const { shape, length } = parameter;
      const own = values.subarray(place, place + length);
      place += length;
      if (reached[index])
        this.#trees.get(parameter)?.add(
          0,
          persistent(() => Tensor.from(own, shape)),
        );
    }
  }
}

/** Into the left one; the right one is released. */
function addUp(left: Tensor, right: Tensor): Tensor {
  backend().addInto(left.storage, right.storage);
  right.release();
  return left;
}
