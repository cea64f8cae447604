/** Threads that prepare batches or fill the cache, for one dataset or for several that take turns. */
import { DataError } from '../labels/index.js';
import { compiledProgram, InkstoneError, WorkerPool } from '../system/index.js';
import type { BatchTask, BuiltBatch } from './batch-builder.js';
import type { IndexedSample } from './dataset-index.js';
import type { SourceTask, WarmTask, WorkerReply, WorkerSetup } from './loader-worker.js';

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
  readonly #sources: WorkerSetup[] = [];
  #pool: WorkerPool<SourceTask, WorkerReply> | undefined;

  constructor(
    readonly count: number,
    readonly program = compiledProgram('./loader-worker.js', import.meta.url),
  ) {}

  /** What prepares that dataset's samples. Threads are told of a dataset when they start, so this is before the first task. */
  for(setup: WorkerSetup): SourceWorkers {
    if (this.#pool) throw new Error('The threads are at work, and would not learn of another dataset');
    const source = this.#sources.push(setup) - 1;
    const run = async (task: BatchTask | WarmTask): Promise<BuiltBatch | null> => {
      this.#pool ??= this.#start();
      const reply = await this.#pool.run({ ...task, source });
      if ('problem' in reply) throw new DataError(reply.problem);
      return reply.built;
    };
    return {
      make: async (task) => (await run(task))!,
      warm: async (sample) => void (await run({ sample })),
      close: () => this.close(),
    };
  }

  /** Ends the threads, whoever uses them. The next task starts others. */
  async close(): Promise<void> {
    const pool = this.#pool;
    this.#pool = undefined;
    await pool?.close();
  }

  #start(): WorkerPool<SourceTask, WorkerReply> {
    return new WorkerPool(this.count, this.program, {
      name: 'inkstone data',
      workerData: this.#sources,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
      died: (worker, how, task) =>
        new LoaderError(worker, how, task === undefined ? [] : samplesOf(task).map(({ id }) => id)),
    });
  }
}

/** The threads as one dataset has them. */
interface SourceWorkers {
  /** Resolves when the task's slot is filled. @throws DataError for a damaged file, LoaderError for a dead worker */
  make(task: BatchTask): Promise<BuiltBatch>;
  /** Resolves when the cache holds all that it keeps of the sample. @throws as `make` does */
  warm(sample: IndexedSample): Promise<void>;
  /** Ends the threads, for every dataset. */
  close(): Promise<void>;
}

const samplesOf = (task: BatchTask | WarmTask): IndexedSample[] =>
  'sample' in task ? [task.sample] : task.members.map(({ sample }) => sample);
