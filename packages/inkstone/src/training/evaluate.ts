import type { Precision } from '../amp/index.js';
import type { Metrics } from '../tracking/index.js';
import type { BatchSource, Task } from './task.js';

export interface EvaluateOptions {
  /** How many batches of the split to use. */
  readonly batches: number;
  readonly isCancelled?: () => boolean;
  readonly onBatch?: (batch: number, samples: number) => void;
}

/** Figures of a split in evaluation mode; undefined when cancelled. */
export async function evaluate<Batch>(
  task: Task<Batch>,
  precision: Pick<Precision, 'forward'>,
  source: BatchSource<Batch>,
  { batches, isCancelled, onBatch }: EvaluateOptions,
): Promise<Metrics | undefined> {
  const wasTraining = task.module.training;
  task.module.eval();
  try {
    const evaluation = task.evaluation(precision);
    let done = 0;
    for await (const batch of source.epoch(0, 0)) {
      if (isCancelled?.()) return undefined;
      await evaluation.add(batch);
      done += 1;
      onBatch?.(done, task.size(batch));
      if (done >= batches) break;
    }
    return evaluation.result();
  } finally {
    task.module.train(wasTraining);
  }
}
