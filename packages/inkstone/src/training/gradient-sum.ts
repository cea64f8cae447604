import { backend, type Parameter, persistent, Tensor } from '../tensor/index.js';
import { TreeSum } from './tree-sum.js';

/** One for each parameter, in their order; undefined where the loss did not reach it. */
type Gradients = readonly (Tensor | undefined)[];

/** Gradients of all parameters in a row, zeros where no loss reached. */
export interface GradientRow {
  readonly reached: readonly boolean[];
  readonly values: Float32Array;
}

/** Adds up the gradients of a step's batches in the order of `TreeSum`. They are the parameters' own, moved and not copied. */
export class GradientSum {
  readonly #tree = new TreeSum<Gradients>(addUp);

  constructor(readonly parameters: readonly Parameter[]) {}

  /** Takes the gradients that backward left at the parameters, as those of batch `place` of the step. */
  add(place: number): void {
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

  /** The sum, out of here; undefined of no batches. */
  take(): GradientRow | undefined {
    const sum = this.#tree.finish();
    if (sum === undefined) return undefined;
    const values = new Float32Array(this.parameters.reduce((total, { length }) => total + length, 0));
    let place = 0;
    for (const [index, { length }] of this.parameters.entries()) {
      const gradient = sum[index];
      if (gradient !== undefined) values.set(gradient.read(), place);
      gradient?.release();
      place += length;
    }
    return { reached: sum.map((gradient) => gradient !== undefined), values };
  }

  /** Takes a sum in, as the only one of the step. */
  put({ reached, values }: GradientRow): void {
    let place = 0;
    const gradients = this.parameters.map(({ shape, length }, index) => {
      const own = values.subarray(place, place + length);
      place += length;
      return reached[index] ? persistent(() => Tensor.from(own, shape)) : undefined;
    });
    this.#tree.add(0, gradients);
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
