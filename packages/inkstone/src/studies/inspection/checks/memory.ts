/** A batch that this machine's memory cannot hold. */
import { bytes } from '../../../system/index.js';
import type { Check } from '../finding.js';

/** Share of the memory that a step may take and leave enough for pictures, cache and the rest of the machine. */
export const COMFORTABLE = 0.6;

export const memory: Check = {
  name: 'memory',
  look: ({ config: { batch_size, data }, stepBytes, memoryBytes }) => {
    const needed = stepBytes(data.size, batch_size);
    if (needed <= COMFORTABLE * memoryBytes) return [];
    return [
      {
        weight: needed > memoryBytes ? 'problem' : 'warning',
        what: `a step with batch_size=${batch_size} at data.size=${data.size} takes about ${bytes(needed)} of ${bytes(memoryBytes)} memory`,
        todo: 'make the batch smaller, and trainer.accumulate_grad_batches larger in its stead; or trainer=fp16_safe',
        places: [],
      },
    ];
  },
};
