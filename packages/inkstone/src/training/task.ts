import type { Precision } from '../amp/index.js';
import type { AnyModule } from '../nn/index.js';
import type { Tensor } from '../tensor/index.js';

/**
 * What is trained: a network, the loss of a batch, and how well it does. The trainer knows no more of it. A `Finding` is
 * what evaluation finds in a batch: plain data, because it may come from another process.
 */
export interface Task<Batch, Finding = unknown> {
  readonly module: AnyModule;
  /** Forward pass and loss (scalar float32), recorded on the active tape. `parts` are logged beside it. */
  loss(batch: Batch): { readonly loss: Tensor; readonly parts: Readonly<Record<string, Tensor>> };
  /** A measure over a whole split, in evaluation mode, with forward passes in `precision`. */
  evaluation(precision: Pick<Precision, 'forward'>): Evaluation<Batch, Finding>;
  /** Number of samples in a batch, for throughput. */
  size(batch: Batch): number;
}

export interface Evaluation<Batch, Finding = unknown> {
  find(batch: Batch): Finding | Promise<Finding>;
  /** In the order of the batches. */
  add(finding: Finding): void;
  /** Figures of all that was added, by name without a stage, e.g. `hmean`. */
  result(): Readonly<Record<string, number>>;
}

/** Batches know their place in the epoch: one whose files were all skipped leaves a gap. */
export interface Placed {
  readonly index: number;
}

/** Batches in an order that depends on the seed and the epoch alone, so that any place in it can be found again. */
export interface BatchSource<Batch> {
  /** Batches an epoch. */
  readonly length: number;
  /**
   * The batches of `epoch` from place `start` on; those whose place is not `wanted` (default: all are) are not prepared. A
   * batch is valid until the next one is asked for.
   */
  epoch(epoch: number, start: number, wanted?: (place: number) => boolean): AsyncIterable<Batch>;
}

/** How many batches a limit leaves: a number of batches, a share below 1, or null for all. */
export function limitedLength(length: number, limit: number | null): number {
  if (limit === null) return length;
  return limit < 1 ? Math.floor(length * limit) : Math.min(length, limit);
}
