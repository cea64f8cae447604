/** Tensors, automatic differentiation and operations. Knows nothing of text, modules or training. */
export { type FloatType, type StorageTypes, storageTypes, withStorageTypes } from './autocast.js';
export type { Activation, AdamStep, Backend, MemoryStatistics, SgdStep, Storage } from './backend.js';
export { backend, loadBackend, setBackend } from './current.js';
export { BYTES_PER_ELEMENT, type DType } from './dtype.js';
export { ShapeError } from './errors.js';
export { activate, hardSigmoid, hardSwish, relu, sigmoid } from './ops/activation.js';
export { add, cast, multiplyChannels, weightedSum } from './ops/arithmetic.js';
export { type Conv2dOptions, conv2d, upConv2d } from './ops/conv.js';
export { dequantize, normalizeImage } from './ops/image.js';
export { balancedCrossEntropy, diceLoss, differentiableStep, maskedL1 } from './ops/loss.js';
export { type BatchNormOptions, batchNorm, type RunningStatistics } from './ops/norm.js';
export { globalAveragePool, maxPool3x3 } from './ops/pool.js';
export { addUpsampled, concat, concatUpsampled, upsample } from './ops/resample.js';
export { persistent, tidy } from './scope.js';
export { isRecording, noGrad, type Operation, Tape, type TapeObserver } from './tape.js';
export { Parameter, type Shape, Tensor } from './tensor.js';
