/**
 * Batches of a dataset, in shared memory, prepared ahead by worker threads. Order and content depend on the seed and the
 * epoch alone: not on the number of workers, not on where an epoch is resumed.
 */

import { totalmem } from 'node:os';
import { fitLongest } from 'inkstone-detect';
import { bytes, InputError } from '../system/index.js';
import type { Batch, LoadedBatch } from './batch.js';
import {
  type BatchShape,
  type BatchTask,
  type BuiltBatch,
  buildBatch,
  slotBytes,
  viewSlot,
} from './batch-builder.js';
import { type PlanOptions, planEpoch } from './batch-plan.js';
import { DataWorkers } from './data-workers.js';
import type { Dataset } from './dataset.js';
import { sourceSize } from './pipeline.js';
import { settleProblems } from './problems.js';

export interface LoaderOptions {
  batchSize: number;
  /** Default: true on the train split. */
  shuffle?: boolean;
  /** At most this many batches an epoch. Default: all. */
  limitBatches?: number;
  /** Threads that it shares with other loaders, unless `num_workers` is 0. Default: its own. */
  workers?: DataWorkers | undefined;
}

/** @throws InputError for batches that this machine has no memory for, before any of it is taken */
function refuseHuge(needed: number, batchSize: number, { maxSide }: BatchShape): void {
  const memory = totalmem();
  if (needed <= memory) return;
  throw new InputError(
    `batches of ${batchSize} samples of ${maxSide} × ${maxSide} pixels, prepared ahead, need ${bytes(needed)} and this ` +
      `machine has ${bytes(memory)}: lower batch_size, data.size or data.prefetch`,
  );
}

/** What prepares a batch: a pool of workers, or this thread. */
interface BatchMaker {
  make(task: BatchTask): Promise<BuiltBatch>;
  close(): Promise<void>;
}

export class DataLoader {
  /** Batches an epoch has. */
  readonly length: number;
  readonly #shape: BatchShape;
  readonly #plan: PlanOptions;
  readonly #slots: SharedArrayBuffer[];
  readonly #freeSlots: number[];
  readonly #maker: BatchMaker;
  #busy = false;

  constructor(
    readonly dataset: Dataset,
    options: LoaderOptions,
  ) {
    const { size, pad, augment, num_workers, prefetch } = dataset.options;
    const { settings, split } = dataset;
    const maxSide = settings.augment ? (augment.crop.size ?? size) : size;
    this.#shape = { maxSide, pad, maps: settings.maps };
    const shapes = dataset.samples.map((sample) => fitLongest(sample, sourceSize(settings)));
    this.#plan = {
      batchSize: options.batchSize,
      shuffle: options.shuffle ?? split === 'train',
      ...(options.limitBatches !== undefined && { limitBatches: options.limitBatches }),
      ...(pad === 'batch' && { aspectRatios: shapes.map(({ width, height }) => width / height) }),
    };
    // One slot is in the consumer's hands; every worker needs one to fill.
    const count = 1 + Math.max(prefetch, num_workers);
    const slot = slotBytes(options.batchSize, this.#shape);
    refuseHuge(count * slot, options.batchSize, this.#shape);
    this.#slots = Array.from({ length: count }, () => new SharedArrayBuffer(slot));
    this.#freeSlots = this.#slots.map((_, i) => i);
    this.#maker = num_workers > 0 ? this.#threads(options.workers) : this.#thisThread();
    this.length = this.#batches(0).length;
  }

  /**
   * The batches of epoch `epoch` in order, from number `start` on: an epoch can be resumed in its middle. Those whose number is
   * not `wanted` are left out unread. A batch's memory is used again after its `release()`, or when the next batch
   * is asked for: copy what must live longer. A batch all of whose files were skipped is passed over.
   *
   * @throws DataError for a damaged file (under `on_error: fail`), LoaderError when a worker dies
   */
  async *epoch(
    epoch: number,
    start = 0,
    wanted: (index: number) => boolean = () => true,
  ): AsyncGenerator<LoadedBatch, void, void> {
    if (this.#busy)
      throw new Error('This loader is in the middle of an epoch: finish or leave that loop first');
    this.#busy = true;
    const plan = this.#batches(epoch);
    const places = plan.map((_, index) => index).filter((index) => index >= start && wanted(index));
    const pending: { task: BatchTask; built: Promise<BuiltBatch> }[] = [];
    let next = 0;
    let giveBack = () => {};
    const launch = () => {
      while (next < places.length && this.#freeSlots.length > 0) {
        const index = places[next];
        const members = plan[index].map((place) => ({ index: place, sample: this.dataset.samples[place] }));
        const task = { epoch, index, members, slot: this.#freeSlots.pop()! };
        const built = this.#maker.make(task);
        // It is awaited later, in its turn; until then a failure must not count as unhandled.
        built.catch(() => undefined);
        pending.push({ task, built });
        next++;
      }
    };
    const free = (slot: number) => {
      this.#freeSlots.push(slot);
      if (this.#busy) launch();
    };
    try {
      launch();
      while (pending.length > 0) {
        const asked = performance.now();
        const { task, built } = pending[0];
        const result = await built;
        pending.shift();
        this.#noteSkipped(result);
        if (result.items.length === 0) {
          free(task.slot);
          continue;
        }
        const batch = this.#toBatch(task, result, performance.now() - asked);
        let held = true;
        const release = () => {
          if (held) free(task.slot);
          held = false;
        };
        giveBack = release;
        yield { ...batch, release };
        release();
      }
    } finally {
      this.#busy = false;
      giveBack();
      // Slots still being filled come back when they are full.
      await Promise.allSettled(pending.map(({ built }) => built));
      for (const { task } of pending) this.#freeSlots.push(task.slot);
    }
  }

  /** Ends the workers, shared ones too. The loader can be used again: they are started when an epoch asks for them. */
  close(): Promise<void> {
    return this.#maker.close();
  }

  #batches(epoch: number): number[][] {
    return planEpoch(this.dataset.length, this.dataset.settings.seed, epoch, this.#plan);
  }

  #threads(workers = new DataWorkers(this.dataset.options.num_workers)): BatchMaker {
    const batches = { slots: this.#slots, shape: this.#shape };
    return workers.for({ ...this.dataset.workerSetup(), batches });
  }

  /** One batch after the other: this thread has no use for several half-done ones. */
  #thisThread(): BatchMaker {
    const { reader, options } = this.dataset;
    let last: Promise<unknown> = Promise.resolve();
    const make = (task: BatchTask): Promise<BuiltBatch> => {
      const build = () => buildBatch(reader, task, this.#slots[task.slot], this.#shape, options.on_error);
      const built = last.then(build, build);
      last = built;
      return built;
    };
    return { make, close: async () => void (await Promise.allSettled([last])) };
  }

  #toBatch(task: BatchTask, { width, height, items, prepare }: BuiltBatch, wait: number): Batch {
    const { samples } = this.dataset;
    return {
      epoch: task.epoch,
      index: task.index,
      ids: items.map(({ info }) => info.id),
      height,
      width,
      ...viewSlot(this.#slots[task.slot], items.length, height, width, this.#shape.maps),
      samples: items.map(({ index, info }) => ({ ...info, instances: samples[index].instances })),
      timing: { prepare, wait },
    };
  }

  /**
   * A damaged file is met again every epoch and counted once.
   *
   * @throws DatasetError when with it a larger share is lost than `max_skipped`
   */
  #noteSkipped({ skipped }: BuiltBatch): void {
    const { skipped: all, options, split, samples } = this.dataset;
    for (const { problem } of skipped) {
      if (all.some(({ path, message }) => path === problem.path && message === problem.message)) continue;
      all.push(problem);
      settleProblems(options, split, all, samples);
    }
  }
}
