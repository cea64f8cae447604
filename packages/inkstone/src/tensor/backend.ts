/**
 * The one seam between autograd and arithmetic: every kernel an operation may call, over plain storages.
 *
 * Two backends implement it: `native` (the C++ addon) and `reference` (TypeScript, float64). A backend knows
 * nothing of tensors, tapes or gradients-to-come; shapes were checked by the operation that calls it, sizes and types are
 * checked by the backend again before a pointer is taken.
 *
 * All images are NHWC. Weights are float32 in PyTorch's layout: OIHW, and IOHW for transposed convolution.
 * Per-channel vectors ([C]), losses and statistics are float32 storages. `x`, `y`, `dx`, `dy` may be
 * float32, float16 or bfloat16 unless a comment says otherwise; every accumulation is fp32 or wider.
 * Outputs are overwritten, never accumulated into, unless the name says so. An output is never one of the inputs, except
 * that `dx` may be `dy` in activationBackward, reluBackwardFromOutput, batchNormBackward and affineBackward, and `dp` in
 * differentiableStepBackward.
 *
 * Types within one call: all activations share one type T, except that the output side (y, dy) of `conv2d` and
 * `upConv2d` may be float32 while the input side (x, dx) is a half type (the network's last layer).
 */
import type { DType } from './dtype.js';

/** A block of memory that belongs to a backend. Freed by `Backend.free`, exactly once. */
export interface Storage {
  readonly dtype: DType;
  /** Number of elements. */
  readonly length: number;
}

export type Activation = 'identity' | 'relu' | 'hard_swish' | 'hard_sigmoid' | 'sigmoid';

/** Applied by a kernel to each element as it is read: `activation(scale[c] * x + shift[c])`. */
export interface ChannelAffine {
  /** float32 [C] */
  readonly scale: Storage;
  /** float32 [C] */
  readonly shift: Storage;
  readonly activation: Activation;
}

/**
 * An input as a kernel reads it. With `affine`, the values are those of a batch norm and activation that were never
 * written to memory: the reader applies them (see `Tensor.affine`).
 */
export interface Operand {
  readonly storage: Storage;
  readonly affine?: ChannelAffine | undefined;
}

/** Square kernel of odd size, zero padding. `groups` is 1 (dense) or equals `inChannels` = `outChannels` (depthwise). */
export interface ConvGeometry {
  readonly batch: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly inChannels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly outChannels: number;
  readonly kernel: number;
  readonly stride: 1 | 2;
  readonly padding: number;
  readonly groups: number;
}

/** Transposed convolution 2×2, stride 2: output is [batch, 2·inHeight, 2·inWidth, outChannels]. */
export interface UpConvGeometry {
  readonly batch: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly inChannels: number;
  readonly outChannels: number;
}

/** Pixels of an NHWC block: `rows` = N·H·W. */
export interface ChannelsShape {
  readonly rows: number;
  readonly channels: number;
}

export interface ImageShape {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Per-channel mean and biased variance over N·H·W, float32 [C] each. */
export interface Moments {
  readonly mean: Storage;
  readonly variance: Storage;
}

export interface MemoryStatistics {
  /** Bytes in live storages and kernel scratch now. */
  readonly currentBytes: number;
  /** Highest `currentBytes` since `resetPeakMemory`. */
  readonly peakBytes: number;
  /** Bytes held by the caching allocator, live or ready for reuse. */
  readonly reservedBytes: number;
}

export interface AdamStep {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  /** AdamW: decay the weight itself instead of adding decay·w to the gradient. */
  readonly decoupledWeightDecay: boolean;
  /** 1 for the first update. */
  readonly step: number;
}

export interface SgdStep {
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
  readonly nesterov: boolean;
  /** True for the first update: the momentum buffer becomes the gradient, as in PyTorch. */
  readonly first: boolean;
}

export interface Backend {
  readonly name: 'native' | 'reference';

  // ── memory ──────────────────────────────────────────────────────────────────────────────────────────────────────
  /** Uninitialised memory. Throws `OutOfMemoryError`. */
  alloc(dtype: DType, length: number): Storage;
  free(storage: Storage): void;
  /** Copies values in; half types are rounded to nearest even. `offset` in elements. */
  write(storage: Storage, values: ArrayLike<number>, offset?: number): void;
  /** Copies values out, widened to float64-exact numbers. */
  read(storage: Storage, offset?: number, length?: number): Float32Array | Float64Array;
  fill(storage: Storage, value: number): void;
  copy(src: Storage, dst: Storage): void;
  memory(): MemoryStatistics;
  resetPeakMemory(): void;
  /** Gives cached free blocks back to the system. */
  trimMemory(): void;

  // ── elementwise, any length ─────────────────────────────────────────────────────────────────────────────────────
  /** Converts between float types, or widens uint8: `dst = src * scale + shift` (scale 1, shift 0 by default). */
  cast(src: Storage, dst: Storage, scale?: number, shift?: number): void;
  /** uint8 [N,H,W,3] → dst[c] = (src[c] / 255 − mean[c]) / std[c]. */
  normalizeImage(src: Storage, dst: Storage, mean: readonly number[], std: readonly number[]): void;
  activation(kind: Activation, x: Storage, y: Storage): void;
  /** dx = dy · f'(x), from the input x. */
  activationBackward(kind: Activation, x: Storage, dy: Storage, dx: Storage): void;
  /** dst += src (gradient accumulation; types may differ). */
  addInto(dst: Storage, src: Storage): void;
  /** y = activation(a + b), identity or relu. */
  add(a: Operand, b: Operand, shape: ChannelsShape, activation: 'identity' | 'relu', y: Storage): void;
  /** dx = y > 0 ? dy : 0. */
  reluBackwardFromOutput(y: Storage, dy: Storage, dx: Storage): void;
  /** x *= factor. */
  scale(x: Storage, factor: number): void;

  // ── convolution ─────────────────────────────────────────────────────────────────────────────────────────────────
  /** `moments`: batch-norm statistics of y, gathered in the epilogue. */
  conv2d(
    x: Operand,
    weight: Storage,
    bias: Storage | undefined,
    geometry: ConvGeometry,
    y: Storage,
    moments?: Moments,
  ): void;
  conv2dBackwardInput(dy: Storage, weight: Storage, geometry: ConvGeometry, dx: Storage): void;
  conv2dBackwardWeight(
    x: Operand,
    dy: Storage,
    geometry: ConvGeometry,
    dWeight: Storage,
    dBias: Storage | undefined,
  ): void;
  upConv2d(
    x: Operand,
    weight: Storage,
    bias: Storage | undefined,
    geometry: UpConvGeometry,
    y: Storage,
    moments?: Moments,
  ): void;
  upConv2dBackwardInput(dy: Storage, weight: Storage, geometry: UpConvGeometry, dx: Storage): void;
  upConv2dBackwardWeight(
    x: Operand,
    dy: Storage,
    geometry: UpConvGeometry,
    dWeight: Storage,
    dBias: Storage | undefined,
  ): void;

  // ── batch norm ──────────────────────────────────────────────────────────────────────────────────────────────────
  moments(x: Storage, shape: ChannelsShape, moments: Moments): void;
  /** Writes an operand out: y = activation(scale·x + shift). */
  materialize(x: Operand, shape: ChannelsShape, y: Storage): void;
  /**
   * Backward of `activation(gamma·(x − mean)·inverseStd + beta)` with batch statistics.
   * `x` carries affine with scale = gamma·inverseStd and shift = beta − mean·scale.
   * dGamma, dBeta: float32 [C].
   */
  batchNormBackward(
    x: Operand,
    dy: Storage,
    mean: Storage,
    inverseStd: Storage,
    shape: ChannelsShape,
    dx: Storage,
    dGamma: Storage,
    dBeta: Storage,
  ): void;
  /** The same with fixed (running) statistics: dx = dy · f' · scale. */
  affineBackward(
    x: Operand,
    dy: Storage,
    mean: Storage,
    inverseStd: Storage,
    shape: ChannelsShape,
    dx: Storage,
    dGamma: Storage,
    dBeta: Storage,
  ): void;

  // ── pooling, resampling, channels ───────────────────────────────────────────────────────────────────────────────
  /** 3×3, stride 2, padding 1. `indices`: uint8, the winner's place 0…8 in its window, the first one on ties. */
  maxPool3x3(x: Operand, shape: ImageShape, y: Storage, indices: Storage): void;
  maxPool3x3Backward(dy: Storage, indices: Storage, shape: ImageShape, dx: Storage): void;
  /** [N,H,W,C] → float32 [N,1,1,C]. */
  globalAveragePool(x: Operand, shape: ImageShape, y: Storage): void;
  globalAveragePoolBackward(dy: Storage, shape: ImageShape, dx: Storage): void;
  /** y[n,h,w,c] = x[n,h,w,c] · s[n,c]; s is float32. */
  multiplyChannels(x: Operand, s: Storage, shape: ImageShape, y: Storage): void;
  /** dx = dy · s; ds[n,c] = Σ dy · x. */
  multiplyChannelsBackward(
    x: Operand,
    s: Storage,
    dy: Storage,
    shape: ImageShape,
    dx: Storage,
    ds: Storage,
  ): void;
  /** y = fine + nearest-upsampled(coarse, 2); shape is that of fine. */
  addUpsampled(fine: Operand, coarse: Operand, shape: ImageShape, y: Storage): void;
  /** dCoarse = sum of dy over each 2^level × 2^level cell, taken from `channelOffset` of a dy with `dyChannels`; shape is that of dCoarse. */
  upsampleBackward(
    dy: Storage,
    dyChannels: number,
    channelOffset: number,
    level: number,
    shape: ImageShape,
    dCoarse: Storage,
  ): void;
  /**
   * Writes nearest-upsampled x (factor 2^level) into channels [channelOffset, channelOffset + C) of y, which has
   * `yChannels`; shape is that of x. Concatenation is this with level 0.
   */
  upsampleInto(
    x: Operand,
    shape: ImageShape,
    level: number,
    y: Storage,
    yChannels: number,
    channelOffset: number,
  ): void;

  // ── DB head and loss, all float32 ───────────────────────────────────────────────────────────────────────────────
  /** y = 1 / (1 + exp(−k (p − t))), arXiv:1911.08947 eq. 2. */
  differentiableStep(p: Storage, t: Storage, k: number, y: Storage): void;
  /** dp = dy · k·y·(1 − y), dt = −dp. */
  differentiableStepBackward(y: Storage, dy: Storage, k: number, dp: Storage, dt: Storage): void;
  /**
   * Balanced binary cross-entropy with logits over gt·mask and the hardest negatives (at most negativeRatio × positives).
   * `gradient` (same length as logits) receives d loss / d logits. Ties at the cut: lowest index first. Returns the loss.
   * gt and mask are float32 or uint8 of 0 and 1.
   */
  balancedCrossEntropy(
    logits: Storage,
    gt: Storage,
    mask: Storage,
    negativeRatio: number,
    epsilon: number,
    gradient: Storage,
  ): number;
  /** Σ|pred − target|·mask / (Σmask + epsilon). The target is float32, the mask float32 or uint8 of 0 and 1. */
  maskedL1(pred: Storage, target: Storage, mask: Storage, epsilon: number, gradient: Storage): number;
  /** 1 − 2·Σ(pred·gt·mask) / (Σ(pred·mask) + Σ(gt·mask) + epsilon). gt and mask: float32 or uint8 of 0 and 1. */
  diceLoss(pred: Storage, gt: Storage, mask: Storage, epsilon: number, gradient: Storage): number;

  // ── optimisers, float32 ─────────────────────────────────────────────────────────────────────────────────────────
  /** Σ x², float64 inside, in an order that does not depend on threads. Infinity or NaN when x has one. */
  sumOfSquares(x: Storage): number;
  /** x = min(max(x, −limit), limit). */
  clamp(x: Storage, limit: number): void;
  adam(weight: Storage, gradient: Storage, m: Storage, v: Storage, step: AdamStep): void;
  sgd(weight: Storage, gradient: Storage, momentum: Storage | undefined, step: SgdStep): void;
  /** average = average·decay + weight·(1 − decay) (exponential moving average). */
  movingAverage(average: Storage, weight: Storage, decay: number): void;
}
