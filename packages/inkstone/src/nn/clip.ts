/** Gradient clipping, in place. */
import { backend, type Parameter } from '../tensor/index.js';

/** Keeps a gradient of norm just above the limit from a division by zero, as in PyTorch. */
const NORM_EPSILON = 1e-6;

/** Σ over all gradients of their squares, rooted. Infinite or NaN when one of them is. */
export function gradientNorm(parameters: readonly Parameter[]): number {
  return Math.sqrt(
    parameters.reduce((sum, { grad }) => sum + (grad ? backend().sumOfSquares(grad.storage) : 0), 0),
  );
}

/** Scales all gradients so that their common norm is at most `maxNorm`. Returns the norm from before. */
export function clipGradientNorm(parameters: readonly Parameter[], maxNorm: number): number {
  const norm = gradientNorm(parameters);
  const factor = maxNorm / (norm + NORM_EPSILON);
  if (factor < 1) for (const { grad } of parameters) if (grad) backend().scale(grad.storage, factor);
  return norm;
}

/** Limits every single value of the gradients to ±`limit`. */
export function clipGradientValue(parameters: readonly Parameter[], limit: number): void {
  for (const { grad } of parameters) if (grad) backend().clamp(grad.storage, limit);
}
