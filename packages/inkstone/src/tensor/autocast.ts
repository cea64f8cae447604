/**
 * Where a network's storage types are decided. Operations keep their input's type, so only three places choose:
 * where images enter, where channel vectors leave the image, and where the logits leave the network.
 * The policies themselves live in `amp/`.
 */
import type { DType } from './dtype.js';

export type FloatType = Exclude<DType, 'uint8' | 'float64'>;

export interface StorageTypes {
  /** Normalised images, and so every activation and its gradient after them. */
  readonly activations: FloatType;
  /** The last transposed convolutions of the heads, and so probabilities, differentiable step and losses. */
  readonly logits: FloatType;
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
