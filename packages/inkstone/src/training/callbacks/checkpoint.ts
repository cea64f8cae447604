import { z } from 'zod';
import type { Callback, Run } from '../callback.js';
import { Monitor, type MonitorState, monitorShape } from './monitor.js';

const schema = z
  .strictObject({
    ...monitorShape,
    every_n_steps: z
      .int()
      .min(1)
      .nullable()
      .default(null)
      .describe('Also saves "last" every so many updates; null: at the end of epochs only.'),
  })
  .describe('Saves last and best, from which a run can go on.');

type Options = z.output<typeof schema>;

/** Saves `last` at the start, at every validation and at the end of each epoch, `best` when the monitored figure improves. */
export class CheckpointCallback implements Callback {
  readonly name = 'checkpoint';
  readonly #monitor: Monitor;
  #isBest = false;

  constructor(readonly options: Options) {
    this.#monitor = new Monitor(options);
  }

  /** So that there is something to resume from, however early a run is killed. */
  onFitStart(run: Run): void {
    if (run.step === 0) run.save('last');
  }

  onValidationEnd(run: Run): void {
    this.#isBest = this.#monitor.improves(run.metrics);
  }

  onStepEnd(run: Run): void {
    const { every_n_steps } = this.options;
    const isBest = this.#isBest;
    this.#isBest = false;
    if (isBest) run.save('best');
    const isEpochEnd = run.batch === run.batchesPerEpoch;
    const isDue = every_n_steps !== null && run.step % every_n_steps === 0;
    if (isBest || isEpochEnd || isDue) run.save('last');
  }

  onFitEnd(run: Run): void {
    run.save('last');
  }

  state(): MonitorState {
    return this.#monitor.state();
  }

  restore(state: unknown): void {
    this.#monitor.restore(state);
  }
}

export const checkpoint = {
  name: 'checkpoint',
  schema,
  create: (options: Options) => new CheckpointCallback(options),
} as const;
