import type { Precision } from '../amp/index.js';
import type { Group } from '../distributed/index.js';
import type { Metrics } from '../tracking/index.js';
import type { BatchSource, Placed, Task } from './task.js';

export interface EvaluateOptions {
  /** How many batches of the split to use. */
  readonly batches: number;
  /** Ranks that share them. */
  readonly group?: Group | undefined;
  readonly isCancelled?: () => boolean;
  /** Of this rank's batches. */
  readonly onBatch?: (batch: number, samples: number) => void;
}

/** Figures of a split in evaluation mode, the same on every rank; undefined when cancelled, on whatever rank. */
export async function evaluate<Batch extends Placed>(
  task: Task<Batch>,
  precision: Pick<Precision, 'forward'>,
  source: BatchSource<Batch>,
  { batches, group, isCancelled, onBatch }: EvaluateOptions,
): Promise<Metrics | undefined> {
  const wasTraining = task.module.training;
  task.module.eval();
  try {
    const evaluation = task.evaluation(precision);
    const isOwn = (place: number) =>
      place < batches && (group === undefined || place % group.size === group.rank);
    /** What the other ranks are to know. */
    const findings: { readonly place: number; readonly finding: unknown }[] = [];
    let isCut = false;
    let done = 0;
    for await (const batch of source.epoch(0, 0, isOwn)) {
      isCut = isCancelled?.() ?? false;
      if (isCut) break;
      const finding = await evaluation.find(batch);
      if (group === undefined) evaluation.add(finding);
      else findings.push({ place: batch.index, finding });
      done += 1;
      onBatch?.(done, task.size(batch));
    }
    if (group !== undefined) {
      const shares = await group.exchange(() => ({ isCut, findings }));
      isCut = shares.some((share) => share.isCut);
      const all = shares.flatMap((share) => share.findings).sort((a, b) => a.place - b.place);
      for (const { finding } of all) evaluation.add(finding);
    }
    return isCut ? undefined : evaluation.result();
  } finally {
    task.module.train(wasTraining);
  }
}
