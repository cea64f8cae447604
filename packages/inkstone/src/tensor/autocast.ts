/**
 * Where a network's storage types are decided. Operations keep their input's type, so only three places choose:
 * where images enter, where channel vectors leave the image, and where the logits leave the network.
 * The policies themselves live in `amp/`.
 */
import type { DType } from './dtype.js';

export type FloatType = Exclude<DType, 'uint8' | 'float64'>;

/**
 * What dense products are made of where activations are bfloat16. `half`: both operands are rounded to bfloat16 before they are
 * multiplied, as on tensor cores. `storage`: they are multiplied as fp32. Sums are fp32 in both.
 */
export type Arithmetic = 'storage' | 'half';

export interface StorageTypes {
  /** Normalised images, and so every activation and its gradient after them. */
  readonly activations: FloatType;
  /** The last transposed convolutions of the heads, and so probabilities, differentiable step and losses. */
  readonly logits: FloatType;
  /** Default: `storage`. */
  readonly arithmetic?: Arithmetic;
}

const SINGLE: StorageTypes = { activations: 'float32', logits: 'float32' };

let current: StorageTypes = SINGLE;

/** Runs `body` with the given storage types. */
export function withStorageTypes<T>(types: StorageTypes, body: () => T): T {
  const outer = current;
  current = types;
  try {
    return body();
  } finally {
    current = outer;
  }
}

/** The storage types in force: float32 throughout unless an autocast says otherwise. */
export function storageTypes(): StorageTypes {
  return current;
}
