/** A backend whose kernels are timed one by one, for profiles. Nothing else pays for it. */
import type { Backend } from './backend.js';
import { BYTES_PER_ELEMENT, type Storage } from './dtype.js';
import { type ConvGeometry, KERNELS, type KernelName } from './kernels.js';

/** One call of a kernel. */
export interface KernelCall {
  readonly kernel: KernelName;
  readonly seconds: number;
  /** In all that it reads and writes, each once. */
  readonly bytes: number;
  /** Floating-point operations of a convolution, two a multiply-add, as its definition has them; 0 for other kernels. */
  readonly operations: number;
  /** Whether the operations are products of bfloat16. */
  readonly half: boolean;
}

type AnyKernel = (...values: readonly unknown[]) => void;

/** `backend` itself, with `onCall` told of every kernel that has run. */
export function timedBackend(backend: Backend, onCall: (call: KernelCall) => void): Backend {
  const names = Object.keys(KERNELS) as KernelName[];
  const timed = names.map((kernel) => {
    const run = backend[kernel] as AnyKernel;
    const call: AnyKernel = (...values) => {
      const start = performance.now();
      run(...values);
      const seconds = (performance.now() - start) / 1000;
      onCall({ kernel, seconds, bytes: bytesOf(values), ...arithmeticOf(kernel, values) });
    };
    return [kernel, call] as const;
  });
  return { ...backend, ...(Object.fromEntries(timed) as unknown as Pick<Backend, KernelName>) };
}

function bytesOf(values: readonly unknown[]): number {
  const storages = new Set(values.flatMap(storagesIn));
  return [...storages].reduce((sum, { dtype, length }) => sum + BYTES_PER_ELEMENT[dtype] * length, 0);
}

/** A storage itself, or those of an operand or of moments. */
function storagesIn(value: unknown): Storage[] {
  if (typeof value !== 'object' || value === null) return [];
  return 'dtype' in value ? [value as Storage] : Object.values(value).flatMap(storagesIn);
}

/** A transposed convolution writes four pixels for one, each with a weight of its own. */
const UP_CONV_WEIGHTS = 4;

function arithmeticOf(
  kernel: KernelName,
  values: readonly unknown[],
): Pick<KernelCall, 'operations' | 'half'> {
  const geometry = values.find(isGeometry);
  if (geometry === undefined) return { operations: 0, half: false };
  const { batch, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, groups } = geometry;
  const pairs = (inChannels * outChannels) / groups;
  const operations = kernel.startsWith('upConv2d')
    ? 2 * batch * inHeight * inWidth * pairs * UP_CONV_WEIGHTS
    : 2 * batch * outHeight * outWidth * pairs * geometry.kernel ** 2;
  // The one flag of a convolution, which depthwise ones ignore.
  return { operations, half: values.includes(true) && !(groups > 1) };
}

const isGeometry = (value: unknown): value is ConvGeometry =>
  typeof value === 'object' && value !== null && 'inChannels' in value;
