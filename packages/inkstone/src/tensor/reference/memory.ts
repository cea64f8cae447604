/** Storages of the reference backend: every float type is kept in float64, half types rounded whenever they are stored. */
import type { MemoryStatistics } from '../backend.js';
import { BYTES_PER_ELEMENT, type DType, type Storage } from '../dtype.js';
import { roundToBfloat16, roundToFloat16 } from '../half.js';

/** The nearest value that a type holds. */
export const ROUND: Readonly<Record<DType, (x: number) => number>> = {
  float64: (x) => x,
  // Not rounded: finite differences need the digits that float32 does not have.
  float32: (x) => x,
  float16: roundToFloat16,
  bfloat16: roundToBfloat16,
  uint8: (x) => Math.min(255, Math.max(0, Math.round(x))),
};

export class ReferenceStorage implements Storage {
  readonly dtype: DType;
  readonly values: Float64Array;
  freed = false;

  constructor(dtype: DType, length: number) {
    this.dtype = dtype;
    this.values = new Float64Array(length);
  }

  get length(): number {
    return this.values.length;
  }

  /** Bytes that the type would take outside this backend. */
  get bytes(): number {
    return this.length * BYTES_PER_ELEMENT[this.dtype];
  }

  /** Stores a value as the storage's type can hold it. */
  set(index: number, value: number): void {
    this.values[index] = ROUND[this.dtype](value);
  }
}

/** The values of a storage this backend made, for reading. */
export function values(storage: Storage): Float64Array {
  return own(storage).values;
}

/** A storage that this backend made and has not freed. */
export function own(storage: Storage): ReferenceStorage {
  if (!(storage instanceof ReferenceStorage)) throw new TypeError('the storage belongs to another backend');
  if (storage.freed) throw new Error('the storage was already freed');
  return storage;
}

/** Writes value(i) to every element. */
export function fillWith(storage: Storage, value: (index: number) => number): void {
  const target = own(storage);
  for (let i = 0; i < target.length; i++) target.set(i, value(i));
}

export class ReferenceMemory {
  #current = 0;
  #peak = 0;

  alloc(dtype: DType, length: number): Storage {
    const storage = new ReferenceStorage(dtype, length);
    this.#current += storage.bytes;
    this.#peak = Math.max(this.#peak, this.#current);
    // What a kernel forgets to write must show.
    if (dtype !== 'uint8') storage.values.fill(Number.NaN);
    return storage;
  }

  free(storage: Storage): void {
    const freed = own(storage);
    freed.freed = true;
    this.#current -= freed.bytes;
  }

  get statistics(): MemoryStatistics {
    return { currentBytes: this.#current, peakBytes: this.#peak, reservedBytes: this.#current };
  }

  resetPeak(): void {
    this.#peak = this.#current;
  }
}
