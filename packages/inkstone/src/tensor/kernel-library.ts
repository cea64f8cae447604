/** Compiled kernels as TypeScript sees them. Every argument is a number; the C++ side checks ids, sizes and types. */
import type { KernelName } from './kernels.js';

/** What crosses the border without conversion; Uint16Array carries the bits of the storage's own 16-bit type. */
export type TransferArray = Float32Array | Float64Array | Uint8Array | Uint16Array;

/** A kernel takes its parameters flattened, in their order (see `kernels.ts`): a storage is its id, 0 for none. */
export interface KernelLibrary extends Readonly<Record<KernelName, (...numbers: number[]) => void>> {
  alloc(dtype: number, length: number): number;
  free(id: number): void;
  write(id: number, source: TransferArray, offset: number): void;
  read(id: number, target: TransferArray, offset: number): void;
  /** [current, peak, reserved] bytes. */
  memory(): [number, number, number];
  resetPeak(): void;
  trim(): void;
  /** What libraries in this process free goes back to the system soon. */
  keepLittle(): void;
  /** Threads that share the work of one kernel. */
  threads(): number;
  setThreads(count: number): void;
  /** The instruction set whose kernels run, one of `INSTRUCTION_SETS`. */
  isa(): string;
  /** One of `INSTRUCTION_SETS`, or `auto`. */
  setIsa(name: string): void;
  /** Whether its convolutions are faster when they multiply bfloat16. */
  multipliesHalves(): boolean;
}
