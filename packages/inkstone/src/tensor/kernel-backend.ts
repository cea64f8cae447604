/**
 * The backends that train: storages are handles into the memory of compiled kernels, operations are those kernels. This file
 * only hands arguments over; sizes and types are checked in C++, where the pointers are taken.
 */
import { InkstoneError } from '../system/index.js';
import type { Backend } from './backend.js';
import { BYTES_PER_ELEMENT, type DType, type Storage } from './dtype.js';
import type { KernelLibrary, TransferArray } from './kernel-library.js';
import { KERNELS, type KernelName, type KernelParameter, type Kernels } from './kernels.js';

/** The codes of native/src/base/types.h. */
const DTYPE_CODES: Readonly<Record<DType, number>> = {
  float32: 0,
  float16: 1,
  bfloat16: 2,
  uint8: 3,
  float64: 4,
};

class KernelStorage implements Storage {
  constructor(
    readonly dtype: DType,
    readonly length: number,
    /** Names the storage in the library; never reused soon, so that a freed storage is recognised. */
    readonly id: number,
    readonly library: KernelLibrary,
  ) {}
}

/** A typed array that the library takes as it is: the storage's own type, and everything else by way of float32. */
function transferable(values: ArrayLike<number>, dtype: DType): TransferArray {
  if (values instanceof Float32Array && dtype !== 'float64') return values;
  if (values instanceof Uint8Array && dtype === 'uint8') return values;
  return dtype === 'float64' ? Float64Array.from(values) : Float32Array.from(values);
}

/** A kernel of the library that takes its parameters as the table has them. */
function bind(
  library: KernelLibrary,
  name: KernelName,
  idOf: (storage: Storage) => number,
): (...values: never[]) => void {
  const parameters: readonly KernelParameter<never>[] = KERNELS[name];
  const kernel = library[name];
  // One array for all calls: nothing is allocated a call, and a kernel never calls another.
  const numbers = new Array<number>(parameters.reduce((sum, parameter) => sum + parameter.numbers, 0)).fill(
    0,
  );
  return (...values) => {
    let at = 0;
    for (let i = 0; i < parameters.length; i++) {
      const parameter = parameters[i]!;
      parameter.flatten(values[i]!, numbers, at, idOf);
      at += parameter.numbers;
    }
    kernel(...numbers);
  };
}

export function createKernelBackend(name: 'native' | 'wasm', library: KernelLibrary): Backend {
  const names = Object.keys(KERNELS) as KernelName[];
  const idOf = (storage: Storage): number => {
    if (storage instanceof KernelStorage && storage.library === library) return storage.id;
    throw new TypeError('the storage belongs to another backend');
  };
  return {
    ...(Object.fromEntries(names.map((kernel) => [kernel, bind(library, kernel, idOf)])) as Kernels),
    name,
    alloc(dtype, length) {
      try {
        return new KernelStorage(dtype, length, library.alloc(DTYPE_CODES[dtype], length), library);
      } catch (cause) {
        if (!isOutOfMemory(cause)) throw cause;
        throw new OutOfMemoryError(length * BYTES_PER_ELEMENT[dtype], library.memory()[0], { cause });
      }
    },
    free: (storage) => library.free(idOf(storage)),
    write(storage, values, offset = 0) {
      library.write(idOf(storage), transferable(values, storage.dtype), offset);
    },
    read(storage, offset = 0, length = storage.length - offset) {
      const values = storage.dtype === 'float64' ? new Float64Array(length) : new Float32Array(length);
      library.read(idOf(storage), values, offset);
      return values;
    },
    memory() {
      const [currentBytes, peakBytes, reservedBytes] = library.memory();
      return { currentBytes, peakBytes, reservedBytes };
    },
    resetPeakMemory: () => library.resetPeak(),
    trimMemory: () => library.trim(),
  };
}

const isOutOfMemory = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'INKSTONE_OUT_OF_MEMORY';

/** A storage did not fit into the machine's memory. */
export class OutOfMemoryError extends InkstoneError {
  constructor(bytes: number, currentBytes: number, options: { cause: unknown }) {
    super(
      `${megabytes(bytes)} more do not fit into memory, ${megabytes(currentBytes)} are in use; ` +
        'use a smaller batch or smaller images',
      options,
    );
  }
}

const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MB`;
