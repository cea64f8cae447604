/**
 * Which type every operation stores its result in. Arithmetic is fp32 whatever the table says: half precision is how
 * activations and their gradients lie in memory.
 */
import { type FloatType, type StorageTypes, withStorageTypes } from '../tensor/index.js';

/** `activations`: the type that the precision chooses. `logits`: float32 in every precision meant for use. */
export type StorageClass = 'activations' | 'logits' | 'float32';

/** The policy: one row an operation. */
export const AUTOCAST_POLICY = {
  normalizeImage: 'activations',
  conv2d: 'activations',
  upConv2d: 'activations',
  batchNorm: 'activations',
  relu: 'activations',
  hardSwish: 'activations',
  add: 'activations',
  multiplyChannels: 'activations',
  maxPool3x3: 'activations',
  addUpsampled: 'activations',
  concatUpsampled: 'activations',
  // The vectors of squeeze-and-excite: few numbers, each multiplies a whole channel.
  globalAveragePool: 'float32',
  hardSigmoid: 'float32',
  // From the last transposed convolution of a head on: k = 50 in the step makes an error of 1e-3 one of 5 %.
  'upConv2d of the logits': 'logits',
  sigmoid: 'logits',
  differentiableStep: 'logits',
  balancedCrossEntropy: 'logits',
  maskedL1: 'logits',
  diceLoss: 'logits',
  // Sums over millions of pixels, and small changes to large weights.
  'batch-norm statistics': 'float32',
  'weights (master)': 'float32',
  'gradients of weights': 'float32',
  'optimiser state': 'float32',
} as const satisfies Record<string, StorageClass>;

/** The type that an operation of the policy stores under the given types. */
export function storageTypeOf(operation: keyof typeof AUTOCAST_POLICY, types: StorageTypes): FloatType {
  const storageClass: StorageClass = AUTOCAST_POLICY[operation];
  return storageClass === 'float32' ? 'float32' : types[storageClass];
}

/** Runs a forward pass with the given storage types. */
export function autocast<T>(types: StorageTypes, body: () => T): T {
  return withStorageTypes(types, body);
}
