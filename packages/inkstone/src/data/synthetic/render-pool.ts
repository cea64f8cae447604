/** Threads that render receipts. */
import { Worker } from 'node:worker_threads';
import { compiledProgram } from '../../system/index.js';
import type { RenderTask } from './render.js';
import type { RenderReply } from './render-worker.js';

export class RenderPool {
  private readonly workers: Worker[];
  private readonly idle: Worker[];

  constructor(count: number) {
    const file = compiledProgram('./render-worker.js', import.meta.url);
    this.workers = Array.from(
      { length: count },
      (_, i) => new Worker(file, { name: `inkstone receipts ${i}` }),
    );
    this.idle = [...this.workers];
  }

  /** To be called for at most as many tasks at once as there are workers. Rejects with what the worker reports. */
  render(task: RenderTask): Promise<void> {
    const worker = this.idle.pop();
    if (!worker) throw new Error('RenderPool: more tasks at once than workers');
    return new Promise((resolve, reject) => {
      const settle = (error: Error | null) => {
        worker.off('message', onMessage);
        worker.off('error', settle);
        worker.off('exit', onExit);
        this.idle.push(worker);
        if (error) reject(error);
        else resolve();
      };
      const onMessage = ({ error }: RenderReply) => settle(error);
      const onExit = (code: number) =>
        settle(new Error(`a thread that renders receipts ended with code ${code}`));
      worker.on('message', onMessage);
      worker.on('error', settle);
      worker.on('exit', onExit);
      worker.postMessage(task);
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }
}
