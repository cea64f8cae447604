/**
 * Threads that do tasks, whatever the tasks are. A task waits here until a thread is free; when a thread dies, everything that waits
 * or is at work fails with the same clear error.
 */
import { parentPort, type ResourceLimits, Worker } from 'node:worker_threads';
import { InkstoneError } from './error.js';

export interface PoolOptions<Task> {
  /** Names the threads, for debuggers and `top`. */
  readonly name: string;
  /** What every thread is started with. */
  readonly workerData?: unknown;
  /** Of each thread's own heap. Default: Node's. */
  readonly resourceLimits?: ResourceLimits;
  /** The error for the death of thread `worker`, which was at work on `task`; `how` is its exit code or last error. */
  readonly died: (worker: number, how: string, task: Task | undefined) => Error;
}

/** `code` is that of a system's error, which an Error loses on its way between threads. */
type Reply<Result> =
  | { readonly result: Result }
  | { readonly error: Error; readonly code: string | undefined };

interface Job<Task, Result> {
  readonly task: Task;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: Error) => void;
}

interface Seat<Task, Result> {
  readonly worker: Worker;
  job: Job<Task, Result> | undefined;
}

export class WorkerPool<Task, Result> {
  readonly #seats: readonly Seat<Task, Result>[];
  readonly #queue: Job<Task, Result>[] = [];
  readonly #options: PoolOptions<Task>;
  #failure: Error | undefined;

  /** `program` is a compiled module that calls `answerTasks`. */
  constructor(count: number, program: string, options: PoolOptions<Task>) {
    this.#options = options;
    this.#seats = Array.from({ length: count }, (_, number) => this.#start(number, program));
  }

  /** Rejects with what `work` threw in the thread, as a plain Error (with its `code`, if it has one), or with the error of a thread's death. */
  run(task: Task): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ task, resolve, reject });
      this.#assign();
    });
  }

  /** Ends the threads; what is not done fails. */
  async close(): Promise<void> {
    this.#fail(new InkstoneError(`${this.#options.name}: the threads were ended`));
    await Promise.all(this.#seats.map(({ worker }) => worker.terminate()));
  }

  #start(number: number, program: string): Seat<Task, Result> {
    const { name, workerData, resourceLimits = {}, died } = this.#options;
    const worker = new Worker(program, { workerData, resourceLimits, name: `${name} ${number}` });
    const seat: Seat<Task, Result> = { worker, job: undefined };
    // A thread without work does not keep the program alive.
    worker.unref();
    worker.on('message', (reply: Reply<Result>) => this.#finish(seat, reply));
    const onDeath = (how: string) => this.#fail(died(number, how, seat.job?.task));
    worker.on('error', (error) => onDeath(error.message));
    worker.on('exit', (code) => onDeath(`exit code ${code}`));
    return seat;
  }

  #assign(): void {
    if (this.#failure) {
      for (const job of this.#queue.splice(0)) job.reject(this.#failure);
      return;
    }
    for (const seat of this.#seats) {
      if (seat.job) continue;
      const job = this.#queue.shift();
      if (!job) return;
      seat.job = job;
      seat.worker.ref();
      seat.worker.postMessage(job.task);
    }
  }

  #finish(seat: Seat<Task, Result>, reply: Reply<Result>): void {
    const { job } = seat;
    seat.job = undefined;
    seat.worker.unref();
    if ('result' in reply) job?.resolve(reply.result);
    else job?.reject(Object.assign(reply.error, reply.code === undefined ? {} : { code: reply.code }));
    this.#assign();
  }

  #fail(failure: Error): void {
    if (this.#failure) return;
    this.#failure = failure;
    for (const seat of this.#seats) {
      seat.job?.reject(failure);
      seat.job = undefined;
      seat.worker.unref();
    }
    this.#assign();
  }
}

/** The thread's side: does tasks as they come. An error crosses as a plain Error; one that must keep its class belongs in the result. */
export function answerTasks<Task, Result>(work: (task: Task) => Promise<Result>): void {
  parentPort!.on('message', async (task: Task) => {
    const reply: Reply<Result> = await work(task).then(
      (result) => ({ result }),
      (thrown) => {
        const error: NodeJS.ErrnoException = thrown instanceof Error ? thrown : new Error(String(thrown));
        return { error, code: error.code };
      },
    );
    parentPort!.postMessage(reply);
  });
}
