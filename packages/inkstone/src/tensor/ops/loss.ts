/**
 * The differentiable step and the parts of the DB loss. Their arithmetic is always fp32; predictions in a half type
 * (only a policy that means to do harm has them) are widened here and their gradients narrowed.
 */
import type { Storage } from '../backend.js';
import { backend } from '../current.js';
import { expectShape } from '../errors.js';
import { roundToFloat16 } from '../half.js';
import { tidy } from '../scope.js';
import { record, reuse } from '../tape.js';
import { Tensor } from '../tensor.js';
import { cast, describe } from './arithmetic.js';

/**
 * 1 / (1 + exp(−k (probability − threshold))): binarisation with a gradient, arXiv:1911.08947 eq. 2.
 * Both inputs and the result have one shape and type.
 */
export function differentiableStep(probability: Tensor, threshold: Tensor, k: number): Tensor {
  expectSameLength('differentiableStep', probability, threshold);
  if (probability.dtype !== 'float32') {
    const wide = differentiableStep(cast(probability, 'float32'), cast(threshold, 'float32'), k);
    return cast(wide, probability.dtype);
  }
  const y = Tensor.empty(probability.shape);
  backend().differentiableStep(probability.storage, threshold.storage, k, y.storage);
  return record('differentiableStep', y, [probability, threshold], [y], (dy) => {
    const dp = reuse(dy);
    const dt = Tensor.empty(threshold.shape);
    backend().differentiableStepBackward(y.storage, dy.storage, k, dp.storage, dt.storage);
    return [dp, dt];
  });
}

/** PyTorch's DBNet losses guard their divisions with this. */
const LOSS_EPSILON = 1e-6;

/**
 * Binary cross-entropy over the positives and the hardest negatives, at most `negativeRatio` times as many.
 *
 * @param logits `[N, H, W, 1]`, before the sigmoid
 * @param target 0 or 1, float32 or uint8, as many values
 * @param mask 0 where text may not be judged
 * @returns scalar
 */
export function balancedCrossEntropy(
  logits: Tensor,
  target: Tensor,
  mask: Tensor,
  { negativeRatio = 3, epsilon = LOSS_EPSILON }: { negativeRatio?: number; epsilon?: number } = {},
): Tensor {
  expectSameLength('balancedCrossEntropy', logits, target, mask);
  const terms = (): number => {
    const valid = mask.read();
    const positives = dot(target.read(), valid);
    return positives + Math.min(total(valid) - positives, Math.trunc(positives * negativeRatio));
  };
  return loss('balancedCrossEntropy', logits, terms, (x, gradient) =>
    backend().balancedCrossEntropy(x, target.storage, mask.storage, negativeRatio, epsilon, gradient),
  );
}

/**
 * Σ|prediction − target|·mask / (Σmask + epsilon): the threshold map's loss. Returns a scalar.
 * The target is float32, the mask float32 or uint8 of 0 and 1.
 */
export function maskedL1(prediction: Tensor, target: Tensor, mask: Tensor, epsilon = LOSS_EPSILON): Tensor {
  expectSameLength('maskedL1', prediction, target, mask);
  const terms = (): number => total(mask.read());
  return loss('maskedL1', prediction, terms, (x, gradient) =>
    backend().maskedL1(x, target.storage, mask.storage, epsilon, gradient),
  );
}

/**
 * 1 − 2·Σ(p·t·m) / (Σ(p·m) + Σ(t·m) + epsilon): the approximate binary map's loss. Returns a scalar.
 * Target and mask are float32, or uint8 of 0 and 1.
 */
export function diceLoss(prediction: Tensor, target: Tensor, mask: Tensor, epsilon = LOSS_EPSILON): Tensor {
  expectSameLength('diceLoss', prediction, target, mask);
  const terms = (): number => {
    const valid = mask.read();
    return dot(prediction.read(), valid) + dot(target.read(), valid);
  };
  return loss('diceLoss', prediction, terms, (x, gradient) =>
    backend().diceLoss(x, target.storage, mask.storage, epsilon, gradient),
  );
}

/**
 * Kernels of losses give the value and its gradient in one pass; backward only scales what was saved.
 * `terms` is the sum that the loss divides by; it is asked for only where sums are kept in a half type.
 */
function loss(
  name: string,
  prediction: Tensor,
  terms: () => number,
  kernel: (x: Storage, gradient: Storage) => number,
): Tensor {
  return tidy(() => {
    const x = cast(prediction, 'float32');
    const gradient = Tensor.empty(x.shape);
    const exact = kernel(x.storage, gradient.storage);
    const { value, share } =
      prediction.dtype === 'float16' ? inFloat16(exact, terms()) : { value: exact, share: 1 };
    return record(name, Tensor.scalar(value, prediction.dtype), [x], [gradient], (dy) => {
      backend().scale(gradient.storage, dy.item() * share);
      return [gradient];
    });
  });
}

/**
 * What a mean over `terms` becomes when numerator and denominator are float16 sums, as in a loss left in half precision:
 * a sum above 65504 is infinite, and a gradient divided by it is gone. `share` is what is left of the gradient.
 */
function inFloat16(mean: number, terms: number): { value: number; share: number } {
  const denominator = roundToFloat16(terms);
  return { value: roundToFloat16(mean * terms) / denominator, share: terms / denominator };
}

/** Σ a of a map of 0 and 1. */
const total = (map: ArrayLike<number>): number => dot(map, map);

/** Σ a·b; with maps of 0 and 1 the size of what both mark. */
function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function expectSameLength(operation: string, ...tensors: readonly Tensor[]): void {
  expectShape(new Set(tensors.map((tensor) => tensor.length)).size === 1, operation, () => {
    return `sizes differ: ${tensors.map(describe).join(', ')}`;
  });
}
