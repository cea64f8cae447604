/** Batch norm with an activation, evaluated lazily: only statistics are computed here, readers apply the result. */
import { backend } from '../current.js';
import { expectShape } from '../errors.js';
import type { Activation } from '../kernels.js';
import { tidy } from '../scope.js';
import { record, reuse } from '../tape.js';
import { Tensor, type TensorMoments } from '../tensor.js';

export interface BatchNormOptions {
  /** Use and record the batch's own statistics; otherwise the running ones. */
  readonly training: boolean;
  /** Applied to the normalised value. Default identity. */
  readonly activation?: Activation | undefined;
  /** In training: where the batch's statistics go, the variance unbiased, instead of into the running ones. */
  readonly statistics?: TensorMoments | undefined;
}

/** Added to the variance; PyTorch's default. */
const EPSILON = 1e-5;
/** Share of the new batch in the running statistics; PyTorch's default. */
const MOMENTUM = 0.1;

/**
 * activation(gamma · (x − mean) / √(variance + epsilon) + beta), arXiv:1502.03167.
 *
 * The result is lazy: it shares x's memory and carries the affine that its readers apply, so in training a
 * convolution with batch norm and activation costs one activation map instead of three.
 *
 * @param x `[N, H, W, C]`; when it carries `moments` (see `conv2d`) they are used, otherwise computed
 * @param gamma `[C]`
 * @param beta `[C]`
 * @param running updated in training (with the unbiased variance), read in evaluation
 */
export function batchNorm(
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  running: TensorMoments,
  { training, activation = 'identity', statistics: kept }: BatchNormOptions,
): Tensor {
  const shape = x.channelsShape;
  const { rows, channels } = shape;
  expectShape(gamma.length === channels && beta.length === channels, 'batchNorm', () => {
    return `x [${x.shape.join(', ')}] needs gamma and beta of [${channels}], got [${gamma.length}] and [${beta.length}]`;
  });
  expectShape(!training || rows > 1, 'batchNorm', () => {
    return `training needs more than one value a channel, got x [${x.shape.join(', ')}]`;
  });
  return tidy(() => {
    // A chain of two norms is rare: the first is written out.
    const base = x.affine ? plainCopy(x) : x;
    const statistics = training ? (base.moments ?? computeMoments(base)) : running;
    if (training) noteStatistics(statistics, rows, running, kept);

    const { mean, variance } = statistics;
    const { scale, shift, inverseStd } = foldAffine(gamma, beta, statistics);
    const y = Tensor.lazy(base, { scale, shift, activation });
    const call = { name: 'batchNorm', activation, settings: { epsilon: EPSILON } };
    return record(call, y, [x, gamma, beta, mean, variance], [y, mean, inverseStd], (dy) => {
      const dGamma = Tensor.empty([channels], gamma.dtype);
      const dBeta = Tensor.empty([channels], beta.dtype);
      const dx = reuse(dy);
      const backward = training ? backend().batchNormBackward : backend().affineBackward;
      backward(
        y.lazyOperand,
        dy.storage,
        mean.storage,
        inverseStd.storage,
        shape,
        dx.storage,
        dGamma.storage,
        dBeta.storage,
      );
      return [dx, dGamma, dBeta];
    });
  });
}

/** x written out, its affine applied. */
export function plainCopy(x: Tensor): Tensor {
  const copy = Tensor.empty(x.shape, x.dtype);
  backend().materialize(x.operand, x.channelsShape, copy.storage);
  return copy;
}

function computeMoments(x: Tensor): TensorMoments {
  const shape = x.channelsShape;
  const mean = Tensor.empty([shape.channels]);
  const variance = Tensor.empty([shape.channels]);
  backend().moments(x.storage, shape, mean.storage, variance.storage);
  return { mean, variance };
}

function noteStatistics(
  { mean, variance }: TensorMoments,
  rows: number,
  running: TensorMoments,
  kept: TensorMoments | undefined,
): void {
  const unbiased = variance.clone();
  backend().scale(unbiased.storage, rows / (rows - 1));
  if (kept === undefined) updateRunning(running, { mean, variance: unbiased });
  else {
    backend().cast(mean.storage, kept.mean.storage);
    backend().cast(unbiased.storage, kept.variance.storage);
  }
  unbiased.dispose();
}

/** running = (1 − momentum) · running + momentum · batch, with the unbiased variance, as PyTorch does it. */
export function updateRunning(running: TensorMoments, batch: TensorMoments): void {
  backend().movingAverage(running.mean.storage, batch.mean.storage, 1 - MOMENTUM);
  backend().movingAverage(running.variance.storage, batch.variance.storage, 1 - MOMENTUM);
}

function foldAffine(gamma: Tensor, beta: Tensor, { mean, variance }: TensorMoments) {
  const scale = Tensor.empty(gamma.shape);
  const shift = Tensor.empty(gamma.shape);
  const inverseStd = Tensor.empty(gamma.shape);
  backend().foldAffine(
    gamma.storage,
    beta.storage,
    mean.storage,
    variance.storage,
    EPSILON,
    scale.storage,
    shift.storage,
    inverseStd.storage,
  );
  return { scale, shift, inverseStd };
}
