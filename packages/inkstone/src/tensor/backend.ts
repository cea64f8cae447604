/**
 * The one seam between autograd and arithmetic: memory, and the kernels of `kernels.ts` over it.
 *
 * Three backends implement it: `native` (the C++ addon), `wasm` (the same kernels in WebAssembly) and `reference`
 * (TypeScript, float64). A backend knows nothing of tensors, tapes or gradients-to-come; shapes were checked by the operation that calls it, sizes and types are
 * checked by the backend again before a pointer is taken.
 *
 * `read` waits for everything that was asked of the backend before. Inside a training step it is called once, for the
 * step's report.
 */
import type { DType, Storage } from './dtype.js';
import type { Kernels } from './kernels.js';

export interface MemoryStatistics {
  /** Bytes in live storages and kernel scratch now. */
  readonly currentBytes: number;
  /** Highest `currentBytes` since `resetPeakMemory`. */
  readonly peakBytes: number;
  /** Bytes held by the caching allocator, live or ready for reuse. */
  readonly reservedBytes: number;
}

export interface Backend extends Kernels {
  readonly name: 'native' | 'wasm' | 'reference';
  /** Uninitialised memory. Throws `OutOfMemoryError`. */
  alloc(dtype: DType, length: number): Storage;
  free(storage: Storage): void;
  /** Copies values in; half types are rounded to nearest even. `offset` in elements. */
  write(storage: Storage, values: ArrayLike<number>, offset?: number): void;
  /** Copies values out, widened to float64-exact numbers. */
  read(storage: Storage, offset?: number, length?: number): Float32Array | Float64Array;
  memory(): MemoryStatistics;
  resetPeakMemory(): void;
  /** Gives cached free blocks back to the system. */
  trimMemory(): void;
}
