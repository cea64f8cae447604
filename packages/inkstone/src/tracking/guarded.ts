import type { LoggedImage, Logger, Metrics, RunEnd } from './logger.js';
import type { Losses } from './losses.js';

/** A logger that may fail while the run goes on. After a failure it is given the next step all the same. */
export class GuardedLogger implements Logger {
  readonly #losses: Losses;
  /** Undefined when it could not be made, or could not forget what a resumed run logs again. */
  #logger: Logger | undefined;

  constructor(create: () => Logger, losses: Losses) {
    this.#losses = losses;
    this.#attempt(() => {
      this.#logger = create();
    });
  }

  logHyperparameters(config: unknown): void {
    this.#attempt(() => this.#logger?.logHyperparameters?.(config));
  }

  logMetrics(step: number, metrics: Metrics): void {
    const isKept = this.#attempt(() => this.#logger?.logMetrics?.(step, metrics));
    if (!isKept || this.#logger === undefined) this.#losses.lose(1);
  }

  logImage(step: number, name: string, image: LoggedImage): void {
    this.#attempt(() => this.#logger?.logImage?.(step, name, image));
  }

  rewind(step: number): void {
    // Steps would no longer increase in what it writes.
    if (!this.#attempt(() => this.#logger?.rewind?.(step))) this.#logger = undefined;
  }

  async close(end: RunEnd): Promise<void> {
    try {
      await this.#logger?.close?.(end);
    } catch (error) {
      this.#losses.warn(error);
    }
    this.#losses.sayTotal();
  }

  #attempt(work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      this.#losses.warn(error);
      return false;
    }
  }
}
