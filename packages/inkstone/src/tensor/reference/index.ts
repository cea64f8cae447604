/**
 * The reference backend: every kernel by its definition, in float64 and without a thought for speed. It is what the
 * native kernels are tested against, and what runs where no compiler is.
 */
import type { Backend } from '../backend.js';
import { convolution } from './conv.js';
import { elementwise } from './elementwise.js';
import { loss } from './loss.js';
import { own, ReferenceMemory, values } from './memory.js';
import { norm } from './norm.js';
import { optimizer } from './optimizer.js';
import { pool } from './pool.js';

/**
 * `halfWinograd`: in half arithmetic, 3×3 convolutions round what Winograd's form multiplies, as all kernels but those for AMX do;
 * otherwise they round inputs and weights, as those do.
 */
export function createReferenceBackend({ halfWinograd = true } = {}): Backend {
  const memory = new ReferenceMemory();
  return {
    name: 'reference',
    alloc: (dtype, length) => memory.alloc(dtype, length),
    free: (storage) => memory.free(storage),
    write(storage, source, offset = 0) {
      const target = own(storage);
      if (offset + source.length > target.length)
        throw new RangeError('write: more values than the storage holds');
      for (let i = 0; i < source.length; i++) target.set(offset + i, source[i]!);
    },
    read: (storage, offset = 0, length = storage.length - offset) =>
      values(storage).slice(offset, offset + length),
    memory: () => memory.statistics,
    resetPeakMemory: () => memory.resetPeak(),
    trimMemory: () => {},
    ...elementwise,
    ...convolution(halfWinograd),
    ...norm,
    ...pool,
    ...loss,
    ...optimizer,
  };
}
