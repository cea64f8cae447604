/** Threads that prepare batches or fill the cache. */
import { DataError } from '../labels/index.js';
import { compiledProgram, WorkerPool } from '../system/index.js';
import type { BatchTask, BuiltBatch } from './batch-builder.js';
import { LoaderError } from './loader-error.js';
import type { WarmTask, WorkerReply, WorkerSetup } from './loader-worker.js';

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
      died: (worker, how, task) =>
        new LoaderError(worker, how, task?.indices.map((index) => setup.samples[index].id) ?? []),
    });
  }

  /** Resolves when the task's slot is filled. @throws DataError for a damaged file, LoaderError for a dead worker */
  async make(task: BatchTask): Promise<BuiltBatch> {
    return (await this.#run(task))!;
  }

  /** Resolves when the cache holds all that it keeps of the sample. @throws as `make` does */
  async warm(index: number): Promise<void> {
    await this.#run({ indices: [index] });
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
