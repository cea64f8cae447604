/**
 * The backend that trains: storages are handles into the addon's memory, operations are its kernels. This file only
 * flattens arguments; sizes and types are checked in C++, where the pointers are taken.
 */
import type {
  Activation,
  Backend,
  ChannelsShape,
  ConvGeometry,
  ImageShape,
  Operand,
  Storage,
  UpConvGeometry,
} from './backend.js';
import { BYTES_PER_ELEMENT, type DType } from './dtype.js';
import { nativeAddon, type TransferArray } from './native-addon.js';
import { OutOfMemoryError } from './native-errors.js';

export { NativeBackendUnavailableError, OutOfMemoryError } from './native-errors.js';

/** The codes of native/src/base/types.h. */
const DTYPE_CODES: Readonly<Record<DType, number>> = { float32: 0, float16: 1, bfloat16: 2, uint8: 3 };
const ACTIVATION_CODES: Readonly<Record<Activation, number>> = {
  identity: 0,
  relu: 1,
  hard_swish: 2,
  hard_sigmoid: 3,
  sigmoid: 4,
};
const NO_STORAGE = 0;

class NativeStorage implements Storage {
  constructor(
    readonly dtype: DType,
    readonly length: number,
    /** Names the storage in the addon; never reused soon, so that a freed storage is recognised. */
    readonly id: number,
  ) {}
}

function idOf(storage: Storage): number {
  if (storage instanceof NativeStorage) return storage.id;
  throw new TypeError('the storage belongs to another backend');
}

const optionalId = (storage: Storage | undefined): number =>
  storage === undefined ? NO_STORAGE : idOf(storage);

function operand({ storage, affine }: Operand): number[] {
  if (affine === undefined) return [idOf(storage), NO_STORAGE, NO_STORAGE, 0];
  return [idOf(storage), idOf(affine.scale), idOf(affine.shift), ACTIVATION_CODES[affine.activation]];
}

const rows = (s: ChannelsShape): number[] => [s.rows, s.channels];
const image = (s: ImageShape): number[] => [s.batch, s.height, s.width, s.channels];
const upConv = (g: UpConvGeometry): number[] => [g.batch, g.inHeight, g.inWidth, g.inChannels, g.outChannels];
const conv = (g: ConvGeometry): number[] => [
  g.batch,
  g.inHeight,
  g.inWidth,
  g.inChannels,
  g.outHeight,
  g.outWidth,
  g.outChannels,
  g.kernel,
  g.stride,
  g.padding,
  g.groups,
];

/** A typed array that the addon takes as it is: bytes into bytes without conversion, everything else by way of float32. */
function transferable(values: ArrayLike<number>, dtype: DType): TransferArray {
  if (values instanceof Float32Array) return values;
  if (values instanceof Uint8Array && dtype === 'uint8') return values;
  return Float32Array.from(values);
}

let instance: Backend | undefined;

/** The native backend. Throws `NativeBackendUnavailableError` when there is no addon. */
export function loadNativeBackend(): Backend {
  instance ??= createNativeBackend();
  return instance;
}

function createNativeBackend(): Backend {
  const addon = nativeAddon();
  return {
    name: 'native',

    alloc(dtype, length) {
      try {
        return new NativeStorage(dtype, length, addon.alloc(DTYPE_CODES[dtype], length));
      } catch (cause) {
        if (!isOutOfMemory(cause)) throw cause;
        throw new OutOfMemoryError(length * BYTES_PER_ELEMENT[dtype], addon.memory()[0], { cause });
      }
    },
    free: (storage) => addon.free(idOf(storage)),
    write(storage, values, offset = 0) {
      addon.write(idOf(storage), transferable(values, storage.dtype), offset);
    },
    read(storage, offset = 0, length = storage.length - offset) {
      const values = new Float32Array(length);
      addon.read(idOf(storage), values, offset);
      return values;
    },
    fill: (storage, value) => addon.fill(idOf(storage), value),
    copy: (src, dst) => addon.cast(idOf(src), idOf(dst), 1, 0),
    memory() {
      const [currentBytes, peakBytes, reservedBytes] = addon.memory();
      return { currentBytes, peakBytes, reservedBytes };
    },
    resetPeakMemory: () => addon.resetPeak(),
    trimMemory: () => addon.trim(),

    cast: (src, dst, scale = 1, shift = 0) => addon.cast(idOf(src), idOf(dst), scale, shift),
    normalizeImage: (src, dst, mean, std) => addon.normalizeImage(idOf(src), idOf(dst), ...mean, ...std),
    activation: (kind, x, y) => addon.activation(ACTIVATION_CODES[kind], idOf(x), idOf(y)),
    activationBackward: (kind, x, dy, dx) =>
      addon.activationBackward(ACTIVATION_CODES[kind], idOf(x), idOf(dy), idOf(dx)),
    addInto: (dst, src) => addon.addInto(idOf(dst), idOf(src)),
    add: (a, b, shape, kind, y) =>
      addon.add(...operand(a), ...operand(b), ...rows(shape), ACTIVATION_CODES[kind], idOf(y)),
    reluBackwardFromOutput: (y, dy, dx) => addon.reluBackwardFromOutput(idOf(y), idOf(dy), idOf(dx)),
    scale: (x, factor) => addon.scale(idOf(x), factor),

    conv2d: (x, weight, bias, geometry, y, moments) =>
      addon.conv2d(
        ...operand(x),
        idOf(weight),
        optionalId(bias),
        ...conv(geometry),
        idOf(y),
        optionalId(moments?.mean),
        optionalId(moments?.variance),
      ),
    conv2dBackwardInput: (dy, weight, geometry, dx) =>
      addon.conv2dBackwardInput(idOf(dy), idOf(weight), ...conv(geometry), idOf(dx)),
    conv2dBackwardWeight: (x, dy, geometry, dWeight, dBias) =>
      addon.conv2dBackwardWeight(
        ...operand(x),
        idOf(dy),
        ...conv(geometry),
        idOf(dWeight),
        optionalId(dBias),
      ),
    upConv2d: (x, weight, bias, geometry, y, moments) =>
      addon.upConv2d(
        ...operand(x),
        idOf(weight),
        optionalId(bias),
        ...upConv(geometry),
        idOf(y),
        optionalId(moments?.mean),
        optionalId(moments?.variance),
      ),
    upConv2dBackwardInput: (dy, weight, geometry, dx) =>
      addon.upConv2dBackwardInput(idOf(dy), idOf(weight), ...upConv(geometry), idOf(dx)),
    upConv2dBackwardWeight: (x, dy, geometry, dWeight, dBias) =>
      addon.upConv2dBackwardWeight(
        ...operand(x),
        idOf(dy),
        ...upConv(geometry),
        idOf(dWeight),
        optionalId(dBias),
      ),

    moments: (x, shape, { mean, variance }) =>
      addon.moments(idOf(x), ...rows(shape), idOf(mean), idOf(variance)),
    materialize: (x, shape, y) => addon.materialize(...operand(x), ...rows(shape), idOf(y)),
    batchNormBackward: (x, dy, mean, inverseStd, shape, dx, dGamma, dBeta) =>
      addon.batchNormBackward(
        ...operand(x),
        idOf(dy),
        idOf(mean),
        idOf(inverseStd),
        ...rows(shape),
        idOf(dx),
        idOf(dGamma),
        idOf(dBeta),
      ),
    affineBackward: (x, dy, mean, inverseStd, shape, dx, dGamma, dBeta) =>
      addon.affineBackward(
        ...operand(x),
        idOf(dy),
        idOf(mean),
        idOf(inverseStd),
        ...rows(shape),
        idOf(dx),
        idOf(dGamma),
        idOf(dBeta),
      ),

    maxPool3x3: (x, shape, y, indices) =>
      addon.maxPool3x3(...operand(x), ...image(shape), idOf(y), idOf(indices)),
    maxPool3x3Backward: (dy, indices, shape, dx) =>
      addon.maxPool3x3Backward(idOf(dy), idOf(indices), ...image(shape), idOf(dx)),
    globalAveragePool: (x, shape, y) => addon.globalAveragePool(...operand(x), ...image(shape), idOf(y)),
    globalAveragePoolBackward: (dy, shape, dx) =>
      addon.globalAveragePoolBackward(idOf(dy), ...image(shape), idOf(dx)),
    multiplyChannels: (x, s, shape, y) =>
      addon.multiplyChannels(...operand(x), idOf(s), ...image(shape), idOf(y)),
    multiplyChannelsBackward: (x, s, dy, shape, dx, ds) =>
      addon.multiplyChannelsBackward(...operand(x), idOf(s), idOf(dy), ...image(shape), idOf(dx), idOf(ds)),
    addUpsampled: (fine, coarse, shape, y) =>
      addon.addUpsampled(...operand(fine), ...operand(coarse), ...image(shape), idOf(y)),
    upsampleBackward: (dy, dyChannels, channelOffset, level, shape, dCoarse) =>
      addon.upsampleBackward(idOf(dy), dyChannels, channelOffset, level, ...image(shape), idOf(dCoarse)),
    upsampleInto: (x, shape, level, y, yChannels, channelOffset) =>
      addon.upsampleInto(...operand(x), ...image(shape), level, idOf(y), yChannels, channelOffset),

    differentiableStep: (p, t, k, y) => addon.differentiableStep(idOf(p), idOf(t), k, idOf(y)),
    differentiableStepBackward: (y, dy, k, dp, dt) =>
      addon.differentiableStepBackward(idOf(y), idOf(dy), k, idOf(dp), idOf(dt)),
    balancedCrossEntropy: (logits, gt, mask, negativeRatio, epsilon, gradient) =>
      addon.balancedCrossEntropy(idOf(logits), idOf(gt), idOf(mask), negativeRatio, epsilon, idOf(gradient)),
    maskedL1: (pred, target, mask, epsilon, gradient) =>
      addon.maskedL1(idOf(pred), idOf(target), idOf(mask), epsilon, idOf(gradient)),
    diceLoss: (pred, gt, mask, epsilon, gradient) =>
      addon.diceLoss(idOf(pred), idOf(gt), idOf(mask), epsilon, idOf(gradient)),

    sumOfSquares: (x) => addon.sumOfSquares(idOf(x)),
    clamp: (x, limit) => addon.clamp(idOf(x), limit),
    adam: (weight, gradient, m, v, s) =>
      addon.adam(
        idOf(weight),
        idOf(gradient),
        idOf(m),
        idOf(v),
        s.learningRate,
        s.beta1,
        s.beta2,
        s.epsilon,
        s.weightDecay,
        Number(s.decoupledWeightDecay),
        s.step,
      ),
    sgd: (weight, gradient, momentum, s) =>
      addon.sgd(
        idOf(weight),
        idOf(gradient),
        optionalId(momentum),
        s.learningRate,
        s.momentum,
        s.weightDecay,
        Number(s.nesterov),
        Number(s.first),
      ),
    movingAverage: (average, weight, decay) => addon.movingAverage(idOf(average), idOf(weight), decay),
  };
}

const isOutOfMemory = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'INKSTONE_OUT_OF_MEMORY';
