/**
 * The differentiable step and the parts of the DB loss. Their arithmetic is always fp32; predictions in a half type
 * (only a policy that means to do harm has them) are widened here and their gradients narrowed.
 */
import { backend } from '../current.js';
import type { Storage } from '../dtype.js';
import { describe, expectShape } from '../errors.js';
import { tidy } from '../scope.js';
import { record, reuse } from '../tape.js';
import { Tensor } from '../tensor.js';
import { cast } from './arithmetic.js';

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
const EPSILON = 1e-6;

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
  negativeRatio = 3,
): Tensor {
  return loss('balancedCrossEntropy', logits, target, mask, (x, t, m, gradient, value) =>
    backend().balancedCrossEntropy(x, t, m, negativeRatio, EPSILON, gradient, value),
  );
}

/**
 * Σ|prediction − target|·mask / (Σmask + epsilon): the threshold map's loss. Returns a scalar.
 * The target is float32, the mask float32 or uint8 of 0 and 1.
 */
export function maskedL1(prediction: Tensor, target: Tensor, mask: Tensor): Tensor {
  return loss('maskedL1', prediction, target, mask, (x, t, m, gradient, value) =>
    backend().maskedL1(x, t, m, EPSILON, gradient, value),
  );
}

/**
 * 1 − 2·Σ(p·t·m) / (Σ(p·m) + Σ(t·m) + epsilon): the approximate binary map's loss. Returns a scalar.
 * Target and mask are float32, or uint8 of 0 and 1.
 */
export function diceLoss(prediction: Tensor, target: Tensor, mask: Tensor): Tensor {
  return loss('diceLoss', prediction, target, mask, (x, t, m, gradient, value) =>
    backend().diceLoss(x, t, m, EPSILON, gradient, value),
  );
}

/**
 * Kernels of losses give the value and its gradient in one pass; backward only scales what was saved. The loss has the
 * type of the prediction: one in a half type also keeps its sums in it, and fails where they do.
 */
function loss(
  name: string,
  prediction: Tensor,
  target: Tensor,
  mask: Tensor,
  kernel: (x: Storage, target: Storage, mask: Storage, gradient: Storage, value: Storage) => void,
): Tensor {
  expectSameLength(name, prediction, target, mask);
  return tidy(() => {
    const x = cast(prediction, 'float32');
    const gradient = Tensor.empty(x.shape);
    const value = Tensor.empty([], prediction.dtype);
    kernel(x.storage, target.storage, mask.storage, gradient.storage, value.storage);
    return record(name, value, [x], [gradient], (dy) => {
      backend().scaleBy(gradient.storage, dy.storage);
      return [gradient];
    });
  });
}

function expectSameLength(operation: string, ...tensors: readonly Tensor[]): void {
  expectShape(new Set(tensors.map((tensor) => tensor.length)).size === 1, operation, () => {
    return `sizes differ: ${tensors.map(describe).join(', ')}`;
  });
}
