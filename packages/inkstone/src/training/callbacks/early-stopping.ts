import type { CallbacksConfig } from '../../runs/index.js';
import type { Callback, Run } from '../callback.js';
import { Monitor, type MonitorState } from './monitor.js';

type Options = NonNullable<CallbacksConfig['early_stopping']>;
type State = MonitorState & { readonly waited: number };

/** Ends training when the monitored figure has not improved for `patience` validations. */
export class EarlyStoppingCallback implements Callback {
  readonly name = 'early_stopping';
  readonly #monitor: Monitor;
  #waited = 0;

  constructor(readonly options: Options) {
    this.#monitor = new Monitor(options);
  }

  onValidationEnd(run: Run): void {
    const { monitor, patience } = this.options;
    this.#waited = this.#monitor.improves(run.metrics) ? 0 : this.#waited + 1;
    if (this.#waited >= patience) run.stop(`${monitor} has not improved for ${patience} validations`);
  }

  state(): State {
    return { ...this.#monitor.state(), waited: this.#waited };
  }

  restore(state: unknown): void {
    const { waited, ...monitor } = state as State;
    this.#waited = waited;
    this.#monitor.restore(monitor);
  }
}
