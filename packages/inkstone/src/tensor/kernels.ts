/**
 * Every kernel that an operation may call: what it does and which parameters it takes. This table is the only
 * place that says so. The type of the backends, the numbers that cross into C++ and the reference's type check derive
 * from it; `native/src/kernels/list.h` has the same parameters in the same order, which a test compares.
 *
 * All images are NHWC. Weights are float32 in PyTorch's layout: OIHW, and IOHW for transposed convolution.
 * Per-channel vectors ([C]) and statistics are float32 storages. `x`, `y`, `dx`, `dy` may be float32, float16 or bfloat16
 * unless a comment says otherwise; every accumulation is fp32 or wider.
 * Outputs are overwritten, never accumulated into, unless the name says so. An output is never one of the inputs, except
 * that `dx` may be `dy` in activationBackward, reluBackwardFromOutput, batchNormBackward and affineBackward, `dp` in
 * differentiableStepBackward, and `dst` may be `src` in cast where the type stays.
 *
 * Types within one call: all activations share one type T, except that the output side (y, dy) of `conv2d` and
 * `upConv2d` may be float32 while the input side (x, dx) is a half type (the network's last layer).
 */
import type { Storage } from './dtype.js';

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
export type UpConvGeometry = Pick<
  ConvGeometry,
  'batch' | 'inHeight' | 'inWidth' | 'inChannels' | 'outChannels'
>;

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

type IdOf = (storage: Storage) => number;

/** A parameter of a kernel: its name, and how its value becomes numbers, which is all that crosses into C++. */
export interface KernelParameter<T> {
  readonly name: string;
  /** How many numbers it is. */
  readonly numbers: number;
  /** Writes them to `out` from `at` on. `idOf` gives the number of a storage. */
  readonly flatten: (value: T, out: number[], at: number, idOf: IdOf) => void;
}

/** In the order of their codes in native/src/base/types.h. */
const ACTIVATIONS: readonly Activation[] = ['identity', 'relu', 'hard_swish', 'hard_sigmoid', 'sigmoid'];
/** Stands for a storage that is not there. */
const NONE = 0;

/** A parameter that is one number. */
const single = <T>(name: string, toNumber: (value: T, idOf: IdOf) => number): KernelParameter<T> => ({
  name,
  numbers: 1,
  flatten: (value, out, at, idOf) => {
    out[at] = toNumber(value, idOf);
  },
});

const storage = (name: string) => single<Storage>(name, (value, idOf) => idOf(value));
const optional = (name: string) =>
  single<Storage | undefined>(name, (value, idOf) => (value ? idOf(value) : NONE));
const number = (name: string) => single<number>(name, (value) => value);
/** A number that may be left out. */
const numberOr = (name: string, fallback: number) =>
  single<number | undefined>(name, (value) => value ?? fallback);
/** Off when it is left out. */
const half = single<boolean | undefined>('half', (value) => Number(value ?? false));
const activation = (name: string) => single<Activation>(name, (kind) => ACTIVATIONS.indexOf(kind));
const identityOrRelu: KernelParameter<'identity' | 'relu'> = activation('kind');

const operand = (name: string): KernelParameter<Operand> => ({
  name,
  numbers: 4,
  flatten: ({ storage: raw, affine }, out, at, idOf) => {
    out[at] = idOf(raw);
    out[at + 1] = affine === undefined ? NONE : idOf(affine.scale);
    out[at + 2] = affine === undefined ? NONE : idOf(affine.shift);
    out[at + 3] = affine === undefined ? 0 : ACTIVATIONS.indexOf(affine.activation);
  },
});

const optionalMoments: KernelParameter<Moments | undefined> = {
  name: 'mean, variance',
  numbers: 2,
  flatten: (value, out, at, idOf) => {
    out[at] = value === undefined ? NONE : idOf(value.mean);
    out[at + 1] = value === undefined ? NONE : idOf(value.variance);
  },
};

/** An object of numbers and flags, flattened in the order of the names. */
const members = <T>(name: string, names: readonly (keyof T)[]): KernelParameter<T> => ({
  name,
  numbers: names.length,
  flatten: (value, out, at) => {
    for (let i = 0; i < names.length; i++) out[at + i] = Number(value[names[i] as keyof T]);
  },
});

const rgb = (name: string) => members<readonly number[]>(name, [0, 1, 2]);
const rows = members<ChannelsShape>('shape', ['rows', 'channels']);
const image = members<ImageShape>('shape', ['batch', 'height', 'width', 'channels']);
const UP_CONV = ['batch', 'inHeight', 'inWidth', 'inChannels'] as const;
const upConv = members<UpConvGeometry>('geometry', [...UP_CONV, 'outChannels']);
const conv = members<ConvGeometry>('geometry', [
  ...UP_CONV,
  'outHeight',
  'outWidth',
  'outChannels',
  'kernel',
  'stride',
  'padding',
  'groups',
]);
const adamStep = members<AdamStep>('step', [
  'learningRate',
  'beta1',
  'beta2',
  'epsilon',
  'weightDecay',
  'decoupledWeightDecay',
  'step',
]);
const sgdStep = members<SgdStep>('step', ['learningRate', 'momentum', 'weightDecay', 'nesterov', 'first']);

const normBackward = [
  operand('x'),
  storage('dy'),
  storage('mean'),
  storage('inverseStd'),
  rows,
  storage('dx'),
  storage('dGamma'),
  storage('dBeta'),
] as const;

/** Of `addProducts`, for each element and round: as many as AMX adds in one instruction. */
export const PRODUCTS_PER_ROUND = 32;

export const KERNELS = {
  // ── elementwise, any length ─────────────────────────────────────────────────────────────────────────────────────
  /** x = value everywhere; half types are rounded to nearest even. */
  fill: [storage('x'), number('value')],
  /** Converts between float types, or widens uint8: `dst = src * scale + shift`. */
  cast: [storage('src'), storage('dst'), numberOr('scale', 1), numberOr('shift', 0)],
  /** uint8 [N,H,W,3] → dst[c] = (src[c] / 255 − mean[c]) / std[c]. */
  normalizeImage: [storage('src'), storage('dst'), rgb('mean'), rgb('std')],
  activation: [activation('kind'), storage('x'), storage('y')],
  /** dx = dy · f'(x), from the input x. */
  activationBackward: [activation('kind'), storage('x'), storage('dy'), storage('dx')],
  /** dst += factor · src (gradient accumulation; types may differ). */
  addInto: [storage('dst'), storage('src'), numberOr('factor', 1)],
  /** y = activation(a + b), identity or relu. */
  add: [operand('a'), operand('b'), rows, identityOrRelu, storage('y')],
  /** dx = y > 0 ? dy : 0. */
  reluBackwardFromOutput: [storage('y'), storage('dy'), storage('dx')],
  /** x *= factor. */
  scale: [storage('x'), number('factor')],
  /** x *= factor[0]. */
  scaleBy: [storage('x'), storage('factor')],
  // These two measure what the processor can do at most. No operation uses them.
  /** x = x · factor + addend, `rounds` times, float32. */
  multiplyAdd: [storage('x'), number('factor'), number('addend'), number('rounds')],
  /** x += factor · other, PRODUCTS_PER_ROUND · `rounds` times; x is float32, both factors are rounded to bfloat16. */
  addProducts: [storage('x'), number('factor'), number('other'), number('rounds')],

  // ── convolution ─────────────────────────────────────────────────────────────────────────────────────────────────
  // `half`: both operands of a product are rounded to bfloat16 before they are multiplied, after the affine and the transforms
  // of Winograd's form. Depthwise convolutions do not do that. The bias and sums stay as they are.
  /** `moments`: batch-norm statistics of y, gathered in the epilogue. */
  conv2d: [operand('x'), storage('weight'), optional('bias'), conv, storage('y'), optionalMoments, half],
  conv2dBackwardInput: [storage('dy'), storage('weight'), conv, storage('dx'), half],
  conv2dBackwardWeight: [operand('x'), storage('dy'), conv, storage('dWeight'), optional('dBias'), half],
  upConv2d: [operand('x'), storage('weight'), optional('bias'), upConv, storage('y'), optionalMoments, half],
  upConv2dBackwardInput: [storage('dy'), storage('weight'), upConv, storage('dx'), half],
  upConv2dBackwardWeight: [operand('x'), storage('dy'), upConv, storage('dWeight'), optional('dBias'), half],

  // ── batch norm ──────────────────────────────────────────────────────────────────────────────────────────────────
  /** Per-channel mean and biased variance of x. */
  moments: [storage('x'), rows, storage('mean'), storage('variance')],
  /**
   * A batch norm as its readers apply it: inverseStd = 1 / √(variance + epsilon), scale = gamma · inverseStd and
   * shift = beta − mean · scale, in float64 until they are stored. All [C].
   */
  foldAffine: [
    storage('gamma'),
    storage('beta'),
    storage('mean'),
    storage('variance'),
    number('epsilon'),
    storage('scale'),
    storage('shift'),
    storage('inverseStd'),
  ],
  /** Writes an operand out: y = activation(scale·x + shift). */
  materialize: [operand('x'), rows, storage('y')],
  /**
   * Backward of `activation(gamma·(x − mean)·inverseStd + beta)` with batch statistics.
   * `x` carries affine with scale = gamma·inverseStd and shift = beta − mean·scale.
   * dGamma, dBeta: float32 [C].
   */
  batchNormBackward: normBackward,
  /** The same with fixed (running) statistics: dx = dy · f' · scale. */
  affineBackward: normBackward,

  // ── pooling, resampling, channels ───────────────────────────────────────────────────────────────────────────────
  /** 3×3, stride 2, padding 1. `indices`: uint8, the winner's place 0…8 in its window, the first one on ties. */
  maxPool3x3: [operand('x'), image, storage('y'), storage('indices')],
  maxPool3x3Backward: [storage('dy'), storage('indices'), image, storage('dx')],
  /** [N,H,W,C] → float32 [N,1,1,C]. */
  globalAveragePool: [operand('x'), image, storage('y')],
  globalAveragePoolBackward: [storage('dy'), image, storage('dx')],
  /** y[n,h,w,c] = x[n,h,w,c] · s[n,c]; s is float32. */
  multiplyChannels: [operand('x'), storage('s'), image, storage('y')],
  /** dx = dy · s; ds[n,c] = Σ dy · x. */
  multiplyChannelsBackward: [operand('x'), storage('s'), storage('dy'), image, storage('dx'), storage('ds')],
  /** y = fine + nearest-upsampled(coarse, 2); shape is that of fine. */
  addUpsampled: [operand('fine'), operand('coarse'), image, storage('y')],
  /** dCoarse = sum of dy over each 2^level × 2^level cell, taken from `channelOffset` of a dy with `dyChannels`; shape is that of dCoarse. */
  upsampleBackward: [
    storage('dy'),
    number('dyChannels'),
    number('channelOffset'),
    number('level'),
    image,
    storage('dCoarse'),
  ],
  /**
   * Writes nearest-upsampled x (factor 2^level) into channels [channelOffset, channelOffset + C) of y, which has
   * `yChannels`; shape is that of x. Concatenation is this with level 0.
   */
  upsampleInto: [
    operand('x'),
    image,
    number('level'),
    storage('y'),
    number('yChannels'),
    number('channelOffset'),
  ],

  // ── DB head and loss: maps are float32, gt and mask may be uint8 of 0 and 1 ─────────────────────────────────────
  /** y = 1 / (1 + exp(−k (p − t))), arXiv:1911.08947 eq. 2. */
  differentiableStep: [storage('p'), storage('t'), number('k'), storage('y')],
  /** dp = dy · k·y·(1 − y), dt = −dp. */
  differentiableStepBackward: [storage('y'), storage('dy'), number('k'), storage('dp'), storage('dt')],
  // A loss writes its value to `loss` [1] and d loss / d prediction to `gradient`. Where `loss` is of a half type, the two
  // sums that it divides are rounded to that type first, as a network that leaves its losses in half precision has them.
  /**
   * Balanced binary cross-entropy with logits over gt·mask and the hardest negatives (at most negativeRatio × positives).
   * Ties at the cut: lowest index first.
   */
  balancedCrossEntropy: [
    storage('logits'),
    storage('gt'),
    storage('mask'),
    number('negativeRatio'),
    number('epsilon'),
    storage('gradient'),
    storage('loss'),
  ],
  /** Σ|pred − target|·mask / (Σmask + epsilon). The target is float32. */
  maskedL1: [
    storage('pred'),
    storage('target'),
    storage('mask'),
    number('epsilon'),
    storage('gradient'),
    storage('loss'),
  ],
  /** 1 − 2·Σ(pred·gt·mask) / (Σ(pred·mask) + Σ(gt·mask) + epsilon). */
  diceLoss: [
    storage('pred'),
    storage('gt'),
    storage('mask'),
    number('epsilon'),
    storage('gradient'),
    storage('loss'),
  ],

  // ── figures of a step: single numbers gathered in one float64 vector, so that one read fetches them all ─────────
  /** figures[index] = x[0]. */
  copyScalar: [storage('x'), storage('figures'), number('index')],
  /**
   * figures[index] = Σ min(|x|, limit)², float64 inside, in an order that does not depend on threads. Infinity or NaN when x
   * has one and the limit is infinite.
   */
  sumOfSquares: [storage('x'), number('limit'), storage('figures'), number('index')],

  // ── optimisers, float32 ─────────────────────────────────────────────────────────────────────────────────────────
  /** x = min(max(x, −limit), limit). */
  clamp: [storage('x'), number('limit')],
  adam: [storage('weight'), storage('gradient'), storage('m'), storage('v'), adamStep],
  sgd: [storage('weight'), storage('gradient'), optional('momentum'), sgdStep],
  /** average = average·decay + weight·(1 − decay) (exponential moving average). */
  movingAverage: [storage('average'), storage('weight'), number('decay')],
} as const satisfies Readonly<Record<string, readonly KernelParameter<never>[]>>;

export type KernelName = keyof typeof KERNELS;

/** The values of a list of parameters; those at its end that may be undefined may be left out. */
type Values<P> = P extends readonly [...infer Rest, KernelParameter<infer T>]
  ? undefined extends T
    ? [...Values<Rest>, T?]
    : { [Place in keyof P]: P[Place] extends KernelParameter<infer Value> ? Value : never }
  : [];

/** The kernels as functions. */
export type Kernels = { readonly [Name in KernelName]: (...values: Values<(typeof KERNELS)[Name]>) => void };
