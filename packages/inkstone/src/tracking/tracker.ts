import { z } from 'zod';
import { type LoggedImage, type Logger, type Metrics, metricsSchema, type RunEnd } from './logger.js';

/** What the tracker holds back, as a checkpoint stores it. */
export const trackerStateSchema = z.object({ step: z.int().min(0), metrics: metricsSchema });

export type TrackerState = Readonly<z.output<typeof trackerStateSchema>>;

/**
 * The one place through which metrics reach the loggers. Everything logged for the same step becomes one row, which
 * is handed on when a later step begins: validation inside training therefore joins the row of the training step it
 * follows, and steps are strictly increasing whoever logs.
 */
export class Tracker {
  #step = Number.NEGATIVE_INFINITY;
  #pending: Record<string, number> = {};

  constructor(readonly loggers: readonly Logger[]) {}

  logHyperparameters(config: unknown): void {
    for (const logger of this.loggers) logger.logHyperparameters?.(config);
  }

  /** `step` counts optimiser updates and must not go backwards. */
  log(step: number, metrics: Metrics): void {
    if (step < this.#step) {
      throw new RangeError(`metrics of step ${step} logged after step ${this.#step}`);
    }
    if (step > this.#step) this.#flush();
    this.#step = step;
    Object.assign(this.#pending, metrics);
    for (const logger of this.loggers) logger.showMetrics?.(step, metrics);
  }

  logImage(step: number, name: string, image: LoggedImage): void {
    for (const logger of this.loggers) logger.logImage?.(step, name, image);
  }

  /** The row not handed on yet, if there is one. */
  state(): TrackerState | null {
    return Object.keys(this.#pending).length === 0
      ? null
      : { step: this.#step, metrics: { ...this.#pending } };
  }

  /** Continues after `step` with the row that was pending then; loggers forget what came later. */
  restore(step: number, pending: TrackerState | null): void {
    for (const logger of this.loggers) logger.rewind?.(pending?.step ?? step + 1);
    this.#step = pending?.step ?? step;
    this.#pending = { ...pending?.metrics };
  }

  async close(end: RunEnd): Promise<void> {
    try {
      this.#flush();
    } finally {
      await Promise.all(this.loggers.map((logger) => logger.close?.(end)));
    }
  }

  #flush(): void {
    if (Object.keys(this.#pending).length === 0) return;
    for (const logger of this.loggers) logger.logMetrics?.(this.#step, this.#pending);
    this.#pending = {};
  }
}
