/**
 * The backend that trains: storages are handles into the addon's memory, operations are its kernels. This file only
 * hands arguments over; sizes and types are checked in C++, where the pointers are taken.
 */
import { InkstoneError } from '../system/index.js';
import type { Backend } from './backend.js';
import { BYTES_PER_ELEMENT, type DType, type Storage } from './dtype.js';
import { KERNELS, type KernelName, type KernelParameter, type Kernels } from './kernels.js';
import { type NativeAddon, nativeAddon, type TransferArray } from './native-addon.js';

/** The codes of native/src/base/types.h. */
const DTYPE_CODES: Readonly<Record<DType, number>> = {
  float32: 0,
  float16: 1,
  bfloat16: 2,
  uint8: 3,
  float64: 4,
};

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

/** A typed array that the addon takes as it is: the storage's own type, and everything else by way of float32. */
function transferable(values: ArrayLike<number>, dtype: DType): TransferArray {
  if (values instanceof Float32Array && dtype !== 'float64') return values;
  if (values instanceof Uint8Array && dtype === 'uint8') return values;
  return dtype === 'float64' ? Float64Array.from(values) : Float32Array.from(values);
}

/** A kernel of the addon that takes its parameters as the table has them. */
function bind(addon: NativeAddon, name: KernelName): (...values: never[]) => void {
  const parameters: readonly KernelParameter<never>[] = KERNELS[name];
  const kernel = addon[name];
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

let instance: Backend | undefined;

/** The native backend. Throws `NativeBackendUnavailableError` when there is no addon. */
export function loadNativeBackend(): Backend {
  instance ??= createNativeBackend();
  return instance;
}

function createNativeBackend(): Backend {
  const addon = nativeAddon();
  const names = Object.keys(KERNELS) as KernelName[];
  return {
    ...(Object.fromEntries(names.map((name) => [name, bind(addon, name)])) as Kernels),
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
      const values = storage.dtype === 'float64' ? new Float64Array(length) : new Float32Array(length);
      addon.read(idOf(storage), values, offset);
      return values;
    },
    memory() {
      const [currentBytes, peakBytes, reservedBytes] = addon.memory();
      return { currentBytes, peakBytes, reservedBytes };
    },
    resetPeakMemory: () => addon.resetPeak(),
    trimMemory: () => addon.trim(),
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
