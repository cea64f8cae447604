import { z } from 'zod';
import type { Callback, Run } from '../callback.js';
import { Monitor, type MonitorState, monitorShape } from './monitor.js';

const schema = z
  .strictObject({
    ...monitorShape,
    patience: z.int().min(1).default(5).describe('Validations without improvement before training ends.'),
    min_delta: z.number().min(0).default(0).describe('A gain that is not above this is no improvement.'),
  })
  .describe('Ends training when the watched metric no longer improves.');

type Options = z.output<typeof schema>;
const stateSchema = z.object({ waited: z.int().min(0) });

/** Ends training when the monitored figure has not improved for `patience` validations. */
export class EarlyStoppingCallback implements Callback {
  readonly name = 'early_stopping';
  readonly #monitor: Monitor;
  #waited = 0;

  constructor(readonly options: Options) {
    this.#monitor = new Monitor(options);
  }

  /** A run that goes on may have been killed when this had ended it already. */
  onFitStart(run: Run): void {
    this.#stopIfOver(run);
  }

  onValidationEnd(run: Run): void {
    this.#waited = this.#monitor.improves(run.metrics) ? 0 : this.#waited + 1;
    this.#stopIfOver(run);
  }

  #stopIfOver(run: Run): void {
    const { monitor, patience } = this.options;
    if (this.#waited >= patience) run.stop(`${monitor} has not improved for ${patience} validations`);
  }

  state(): MonitorState & z.output<typeof stateSchema> {
    return { ...this.#monitor.state(), waited: this.#waited };
  }

  restore(state: unknown): void {
    const { waited } = stateSchema.parse(state);
    this.#waited = this.#monitor.restore(state) ? waited : 0;
  }
}

export const earlyStopping = {
  name: 'early_stopping',
  schema,
  create: (options: Options) => new EarlyStoppingCallback(options),
} as const;
