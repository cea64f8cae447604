/**
 * The C++ addon as TypeScript sees it. Every argument is a number: a storage is its id (0 for none), an operand four
 * numbers, a shape or a geometry its members in the order of `backend.ts`. The C++ side checks ids, sizes and types.
 */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { NativeBackendUnavailableError } from './native-errors.js';

type Kernel = (...args: number[]) => void;
type Reduction = (...args: number[]) => number;

/** What crosses the border without conversion; Uint16Array carries the bits of the storage's own 16-bit type. */
export type TransferArray = Float32Array | Uint8Array | Uint16Array;

export interface NativeAddon {
  alloc(dtype: number, length: number): number;
  free(id: number): void;
  write(id: number, source: TransferArray, offset: number): void;
  read(id: number, target: TransferArray, offset: number): void;
  /** [current, peak, reserved] bytes. */
  memory(): [number, number, number];
  resetPeak(): void;
  trim(): void;
  /** Threads that share the work of one kernel. */
  threads(): number;
  setThreads(count: number): void;
  /** The instruction set whose kernels run: `avx512`, `avx2` or `generic`. */
  isa(): string;
  /** `auto`, `avx512`, `avx2` or `generic`. */
  setIsa(name: string): void;

  readonly fill: Kernel;
  readonly cast: Kernel;
  readonly normalizeImage: Kernel;
  readonly activation: Kernel;
  readonly activationBackward: Kernel;
  readonly addInto: Kernel;
  readonly add: Kernel;
  readonly reluBackwardFromOutput: Kernel;
  readonly scale: Kernel;
  readonly conv2d: Kernel;
  readonly conv2dBackwardInput: Kernel;
  readonly conv2dBackwardWeight: Kernel;
  readonly upConv2d: Kernel;
  readonly upConv2dBackwardInput: Kernel;
  readonly upConv2dBackwardWeight: Kernel;
  readonly moments: Kernel;
  readonly materialize: Kernel;
  readonly batchNormBackward: Kernel;
  readonly affineBackward: Kernel;
  readonly maxPool3x3: Kernel;
  readonly maxPool3x3Backward: Kernel;
  readonly globalAveragePool: Kernel;
  readonly globalAveragePoolBackward: Kernel;
  readonly multiplyChannels: Kernel;
  readonly multiplyChannelsBackward: Kernel;
  readonly addUpsampled: Kernel;
  readonly upsampleBackward: Kernel;
  readonly upsampleInto: Kernel;
  readonly differentiableStep: Kernel;
  readonly differentiableStepBackward: Kernel;
  readonly balancedCrossEntropy: Reduction;
  readonly maskedL1: Reduction;
  readonly diceLoss: Reduction;
  readonly sumOfSquares: Reduction;
  readonly clamp: Kernel;
  readonly adam: Kernel;
  readonly sgd: Kernel;
  readonly movingAverage: Kernel;
}

/** From src/tensor and from dist/tensor alike. */
const ADDON_URL = new URL('../../build/Release/inkstone.node', import.meta.url);

let loaded: NativeAddon | undefined;

/** The addon. Throws `NativeBackendUnavailableError` when it was not built or does not fit this machine. */
export function nativeAddon(): NativeAddon {
  if (loaded === undefined) {
    const path = fileURLToPath(ADDON_URL);
    try {
      loaded = createRequire(import.meta.url)(path) as NativeAddon;
      loaded.isa(); // a wrong INKSTONE_ISA is told here, not by the first kernel
    } catch (cause) {
      loaded = undefined;
      throw new NativeBackendUnavailableError(path, { cause });
    }
  }
  return loaded;
}
