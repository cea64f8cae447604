/** Threads that prepare batches or fill the cache. Tasks wait here until a worker is free; one crash ends all of them with a clear error. */
import { Worker } from 'node:worker_threads';
import { DataError } from '../labels/index.js';
import { compiledProgram } from '../system/index.js';
import type { BatchTask, BuiltBatch } from './batch-builder.js';
import { LoaderError } from './loader-error.js';
import type { WarmTask, WorkerReply, WorkerSetup } from './loader-worker.js';

interface Job {
  task: BatchTask | WarmTask;
  resolve(built: BuiltBatch | null): void;
  reject(error: Error): void;
}

interface Seat {
  worker: Worker;
  job: Job | null;
}

export class WorkerPool {
  private readonly seats: Seat[] = [];
  private readonly queue: Job[] = [];
  private failure: Error | null = null;
  private closing = false;

  constructor(
    count: number,
    private readonly setup: WorkerSetup,
    private readonly file = compiledProgram('./loader-worker.js', import.meta.url),
  ) {
    for (let i = 0; i < count; i++) this.seats.push(this.start(i));
  }

  /** Resolves when the task's slot is filled. @throws DataError for a damaged file, LoaderError for a dead worker */
  make(task: BatchTask): Promise<BuiltBatch> {
    return new Promise((resolve, reject) => {
      this.add({ task, resolve: (built) => resolve(built!), reject });
    });
  }

  /** Resolves when the cache holds all that it keeps of the sample. @throws as `make` does */
  warm(index: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.add({ task: { indices: [index] }, resolve: () => resolve(), reject });
    });
  }

  async close(): Promise<void> {
    this.closing = true;
    await Promise.all(this.seats.map(({ worker }) => worker.terminate()));
  }

  private start(number: number): Seat {
    const worker = new Worker(this.file, { workerData: this.setup, name: `inkstone data ${number}` });
    const seat: Seat = { worker, job: null };
    // A worker without work does not keep the program alive.
    worker.unref();
    worker.on('message', (reply: WorkerReply) => this.finish(seat, reply));
    worker.on('error', (error) => this.fail(number, error.message));
    worker.on('exit', (code) => this.fail(number, `exit code ${code}`));
    return seat;
  }

  private add(job: Job): void {
    this.queue.push(job);
    this.assign();
  }

  private assign(): void {
    if (this.failure) {
      for (const job of this.queue.splice(0)) job.reject(this.failure);
      return;
    }
    for (const seat of this.seats) {
      if (seat.job) continue;
      const job = this.queue.shift();
      if (!job) return;
      seat.job = job;
      seat.worker.ref();
      seat.worker.postMessage(job.task);
    }
  }

  private finish(seat: Seat, reply: WorkerReply): void {
    const { job } = seat;
    seat.job = null;
    seat.worker.unref();
    if ('built' in reply) job?.resolve(reply.built);
    else job?.reject('problem' in reply ? new DataError(reply.problem) : reply.error);
    this.assign();
  }

  private fail(number: number, how: string): void {
    if (this.closing || this.failure) return;
    const { job } = this.seats[number];
    const samples = job?.task.indices.map((i) => this.setup.samples[i].id) ?? [];
    this.failure = new LoaderError(number, how, samples);
    for (const seat of this.seats) {
      seat.job?.reject(this.failure);
      seat.job = null;
      seat.worker.unref();
    }
    this.assign();
  }
}
