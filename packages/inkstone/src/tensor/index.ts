/** Tensors, automatic differentiation and operations. Knows nothing of text, modules or training. */
export { type FloatType, type StorageTypes, storageTypes, withStorageTypes } from './autocast.js';
export type { Backend, MemoryStatistics } from './backend.js';
export { backend, loadBackend, setBackend } from './current.js';
export { BYTES_PER_ELEMENT, type DType, type Storage } from './dtype.js';
export { ShapeError } from './errors.js';
export { bfloat16FromBits, float16FromBits } from './half.js';
export type { Activation } from './kernels.js';
export * from './ops/activation.js';
export * from './ops/arithmetic.js';
export * from './ops/conv.js';
export * from './ops/image.js';
export * from './ops/loss.js';
export * from './ops/norm.js';
export * from './ops/pool.js';
export * from './ops/resample.js';
export { persistent, tidy } from './scope.js';
export { noGrad, type Operation, Tape, type TapeObserver } from './tape.js';
export { Parameter, type Shape, Tensor } from './tensor.js';
