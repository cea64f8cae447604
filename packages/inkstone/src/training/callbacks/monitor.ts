import { z } from 'zod';
import { InputError } from '../../system/index.js';
import type { Metrics } from '../../tracking/index.js';

/** The keys of a callback that watches one metric. */
export const monitorShape = {
  monitor: z.string().default('val/hmean').describe('Full name of the metric that is watched.'),
  mode: z.enum(['max', 'min']).default('max').describe('Whether more or less of it is better.'),
};

export interface MonitorOptions {
  readonly monitor: string;
  readonly mode: 'max' | 'min';
  /** What is not above this is no improvement; not given, every gain is one. */
  readonly min_delta?: number;
}

const stateSchema = z.object({
  /** null before the first value. */
  best: z.number().nullable(),
  /** What it is the best of. Not in checkpoints that were written before it was. */
  monitor: z.string().optional(),
  mode: z.string().optional(),
});

export type MonitorState = Readonly<z.output<typeof stateSchema>>;

/** Remembers the best value of one metric. NaN never improves. */
export class Monitor {
  #best: number | null = null;

  constructor(readonly options: MonitorOptions) {}

  improves(metrics: Metrics): boolean {
    const { monitor, mode, min_delta = 0 } = this.options;
    const value = metrics[monitor];
    if (value === undefined) throw new UnknownMetricError(monitor, Object.keys(metrics));
    const gain = this.#best === null ? Number.POSITIVE_INFINITY : value - this.#best;
    const improved =
      !Number.isNaN(value) && (this.#best === null || (mode === 'max' ? gain : -gain) > min_delta);
    if (improved) this.#best = value;
    return improved;
  }

  state(): MonitorState {
    const { monitor, mode } = this.options;
    return { best: this.#best, monitor, mode };
  }

  /** The best of another metric is not comparable, and is forgotten: false. */
  restore(state: unknown): boolean {
    const { options } = this;
    const { best, monitor = options.monitor, mode = options.mode } = stateSchema.parse(state);
    const isSame = monitor === options.monitor && mode === options.mode;
    this.#best = isSame ? best : null;
    return isSame;
  }
}

/** A callback watches a metric that validation does not produce. */
export class UnknownMetricError extends InputError {
  constructor(metric: string, known: readonly string[]) {
    super(`there is no metric "${metric}" to monitor; validation gives ${known.join(', ')}`);
  }
}
