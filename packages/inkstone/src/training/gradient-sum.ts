import { backend, type Parameter, type Tensor } from '../tensor/index.js';
import { TreeSum } from './tree-sum.js';

/** One for each parameter, in their order; undefined where the loss did not reach it. */
type Gradients = readonly (Tensor | undefined)[];

/** Adds up the gradients of a step's batches in the order of `TreeSum`. They are the parameters' own, moved and not copied. */
export class GradientSum {
  readonly #tree = new TreeSum<Gradients>(addUp);

  constructor(readonly parameters: readonly Parameter[]) {}

  /** Takes the gradients that backward left at the parameters, as those of batch `place` of the step. */
  take(place: number): void {
    this.#tree.add(
      place,
      this.parameters.map((parameter) => {
        const { grad } = parameter;
        parameter.grad = undefined;
        return grad;
      }),
    );
  }

  /** Leaves the sum at the parameters, and begins anew. */
  give(): void {
    const sum = this.#tree.finish();
    for (const [index, parameter] of this.parameters.entries()) {
      parameter.zeroGrad();
      parameter.grad = sum?.[index];
    }
  }
}

/** Into the left ones; the right ones are released. */
function addUp(left: Gradients, right: Gradients): Gradients {
  return left.map((sum, index) => {
    const term = right[index];
    if (sum === undefined || term === undefined) return sum ?? term;
    backend().addInto(sum.storage, term.storage);
    term.release();
    return sum;
  });
}
