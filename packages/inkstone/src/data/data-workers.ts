/** Threads that prepare batches or fill the cache. */
import { DataError } from '../labels/index.js';
import { compiledProgram, InkstoneError, WorkerPool } from '../system/index.js';
import type { BatchTask, BuiltBatch } from './batch-builder.js';
import type { IndexedSample } from './dataset-index.js';
import type { WarmTask, WorkerReply, WorkerSetup } from './loader-worker.js';

/** A data worker ended on its own: killed, out of memory, or by a mistake in a library. */
export class LoaderError extends InkstoneError {
  constructor(worker: number, how: string, samples: readonly string[]) {
    const shown = samples.slice(0, 4).join(', ') + (samples.length > 4 ? ', …' : '');
    const during = samples.length > 0 ? ` while it prepared ${shown}` : '';
    super(
      `Data worker ${worker} ended (${how})${during}. Set data.num_workers=0 to prepare batches in the main thread, ` +
        'where the cause shows itself.',
    );
  }
}

/** Pixels lie outside of the heap; for the rest, Node's default of 48 MB would only let garbage lie longer. */
const YOUNG_GENERATION_MB = 6;

export class DataWorkers {
  readonly #pool: WorkerPool<BatchTask | WarmTask, WorkerReply>;

  constructor(
    count: number,
    setup: WorkerSetup,
    program = compiledProgram('./loader-worker.js', import.meta.url),
  ) {
    this.#pool = new WorkerPool(count, program, {
      name: 'inkstone data',
      workerData: setup,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
      died: (worker, how, task) =>
        new LoaderError(worker, how, task === undefined ? [] : samplesOf(task).map(({ id }) => id)),
    });
  }

  /** Resolves when the task's slot is filled. @throws DataError for a damaged file, LoaderError for a dead worker */
  async make(task: BatchTask): Promise<BuiltBatch> {
    return (await this.#run(task))!;
  }

  /** Resolves when the cache holds all that it keeps of the sample. @throws as `make` does */
  async warm(sample: IndexedSample): Promise<void> {
    await this.#run({ sample });
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  async #run(task: BatchTask | WarmTask): Promise<BuiltBatch | null> {
    const reply = await this.#pool.run(task);
    if ('problem' in reply) throw new DataError(reply.problem);
    return reply.built;
  }
}

const samplesOf = (task: BatchTask | WarmTask): IndexedSample[] =>
  'sample' in task ? [task.sample] : task.members.map(({ sample }) => sample);
