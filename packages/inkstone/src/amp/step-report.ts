/** What one optimiser update did. Made in one place, `Precision.step`; monitors, loggers and studies read it. */
import { backend, type Parameter, Tensor, tidy } from '../tensor/index.js';

/** A loss and its parts by name, for one batch. */
export type Losses<Value> = Readonly<Record<string, Value>>;

/** The gradient of one parameter. */
export interface GradientReport {
  readonly parameter: Parameter;
  /** L2 norm, unscaled, before clipping. Infinite or NaN after an overflow. */
  readonly norm: number;
  /** The same after clipping. */
  readonly clippedNorm: number;
}

export interface StepReport {
  /** The losses that were handed in, batch by batch. */
  readonly losses: readonly Losses<number>[];
  /** L2 norm over all parameters, unscaled, before clipping. Infinite or NaN after an overflow. */
  readonly gradientNorm: number;
  /** The same after clipping. */
  readonly clippedNorm: number;
  /** Every parameter that has a gradient, in the optimiser's order. */
  readonly gradients: readonly GradientReport[];
  /** The update was left out because of an overflow. */
  readonly skipped: boolean;
  /** Updates left out since training began. */
  readonly skippedSteps: number;
  /** What the next loss is multiplied by; undefined where the precision scales no loss. */
  readonly lossScale: number | undefined;
}

/** Figures of a step as the backend has them: gradients still carry the loss scale. */
export interface StepFigures {
  readonly losses: readonly Losses<number>[];
  /** Σ g² of each parameter. */
  readonly squares: readonly number[];
  /** The same with every g limited to ±`limit`; equal to `squares` without a limit. */
  readonly limitedSquares: readonly number[];
}

/**
 * Gathers losses and gradient norms on the backend and reads them in one piece: the only time that a training step
 * waits for the backend. Every parameter must have a gradient.
 */
export function readFigures(
  losses: readonly Losses<Tensor>[],
  parameters: readonly Parameter[],
  limit = Number.POSITIVE_INFINITY,
): StepFigures {
  const scalars = losses.flatMap((batch) => Object.values(batch));
  const limits = limit === Number.POSITIVE_INFINITY ? [limit] : [Number.POSITIVE_INFINITY, limit];
  const values = tidy(() => {
    const figures = Tensor.empty([scalars.length + limits.length * parameters.length], 'float64');
    let place = 0;
    for (const scalar of scalars) backend().copyScalar(scalar.storage, figures.storage, place++);
    for (const most of limits) {
      for (const { grad } of parameters) {
        backend().sumOfSquares(grad!.storage, most, figures.storage, place++);
      }
    }
    return Array.from(figures.read());
  });
  const squares = values.slice(scalars.length, scalars.length + parameters.length);
  let place = 0;
  return {
    losses: losses.map((batch) =>
      Object.fromEntries(Object.keys(batch).map((name) => [name, values[place++]!])),
    ),
    squares,
    limitedSquares: values.slice(values.length - parameters.length),
  };
}
