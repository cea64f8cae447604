/** The C++ addon as TypeScript sees it. Every argument is a number; the C++ side checks ids, sizes and types. */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { InkstoneError, InputError } from '../system/index.js';
import type { KernelName } from './kernels.js';

/** What crosses the border without conversion; Uint16Array carries the bits of the storage's own 16-bit type. */
export type TransferArray = Float32Array | Float64Array | Uint8Array | Uint16Array;

/** A kernel takes its parameters flattened, in their order (see `kernels.ts`): a storage is its id, 0 for none. */
export interface NativeAddon extends Readonly<Record<KernelName, (...numbers: number[]) => void>> {
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
}

/** From src/tensor and from dist/tensor alike. */
const ADDON_URL = new URL('../../build/Release/inkstone.node', import.meta.url);

let loaded: NativeAddon | undefined;

/** The addon. Throws `NativeBackendUnavailableError` when it was not built, InputError when it lacks INKSTONE_ISA. */
export function nativeAddon(): NativeAddon {
  if (loaded === undefined) {
    const path = fileURLToPath(ADDON_URL);
    try {
      loaded = createRequire(import.meta.url)(path) as NativeAddon;
    } catch (cause) {
      throw new NativeBackendUnavailableError(path, { cause });
    }
    checkInstructionSet(loaded);
  }
  return loaded;
}

/** An INKSTONE_ISA that this processor or this build lacks is told here, not by the first kernel. */
function checkInstructionSet(addon: NativeAddon): void {
  try {
    addon.isa();
  } catch (cause) {
    loaded = undefined;
    throw new InputError((cause as Error).message.replace(/^isa: /, ''), { cause });
  }
}

/** The addon is not there or does not fit this machine; the reference backend still runs. */
export class NativeBackendUnavailableError extends InkstoneError {
  constructor(path: string, options: { cause: unknown }) {
    const reason =
      options.cause instanceof Error ? options.cause.message.split('\n')[0] : String(options.cause);
    super(
      `the native kernels could not be loaded from ${path} (npx inkstone build compiles them): ${reason}`,
      options,
    );
  }
}
