/**
 * Leaves a server alone that does not do its work, and tries again by itself, ever more seldom. All threads of a process
 * share its state: one of them finds out for all, one tries for all, and one tells.
 */
import type { Mark, Statistics } from '../statistics.js';

/** From the first failure to the next try; doubled by each further one. */
const SHORTEST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

interface CircuitParts {
  /** 0 while all is well, else when it is tried again. */
  readonly until: Mark;
  readonly pause: Mark;
  /** When it last was well again. */
  readonly since: Mark;
  readonly onOpen: (error: Error) => void;
  readonly onClose: () => void;
}

export class Circuit {
  readonly #statistics: Statistics;
  readonly #parts: CircuitParts;

  constructor(statistics: Statistics, parts: CircuitParts) {
    this.#statistics = statistics;
    this.#parts = parts;
  }

  /**
   * What the action resolves to; undefined when it failed, or was not tried. An action resolves to undefined when it could not
   * find out how the server is. Rejects with failures that do not concern this circuit.
   */
  async attempt<T>(
    action: () => Promise<T | undefined>,
    concerns: (error: Error) => boolean,
  ): Promise<T | undefined> {
    const { until } = this.#parts;
    const openUntil = this.#statistics.mark(until);
    const isTrial = openUntil !== 0;
    if (isTrial) {
      const now = Date.now();
      // Should the thread that tries come to an end, another one does.
      if (now < openUntil || !this.#statistics.advance(until, openUntil, now + LONGEST_PAUSE_MS))
        return undefined;
    }
    try {
      const result = await action();
      if (isTrial && result !== undefined) this.#close();
      else if (isTrial) this.#stayOpen();
      return result;
    } catch (error) {
      const isOurs = concerns(error as Error);
      if (isTrial) this.#stayOpen();
      else if (isOurs) this.#open(error as Error);
      if (isOurs) return undefined;
      throw error;
    }
  }

  #open(error: Error): void {
    const { until, since, onOpen } = this.#parts;
    const now = Date.now();
    const isRelapse = now - this.#statistics.mark(since) < LONGEST_PAUSE_MS;
    const pause = isRelapse ? this.#longer() : SHORTEST_PAUSE_MS;
    if (!this.#statistics.advance(until, 0, now + pause)) return;
    this.#statistics.set(this.#parts.pause, pause);
    onOpen(error);
  }

  #stayOpen(): void {
    const pause = this.#longer();
    this.#statistics.set(this.#parts.pause, pause);
    this.#statistics.set(this.#parts.until, Date.now() + pause);
  }

  #close(): void {
    this.#statistics.set(this.#parts.since, Date.now());
    this.#statistics.set(this.#parts.until, 0);
    this.#parts.onClose();
  }

  #longer(): number {
    return Math.min(
      Math.max(2 * this.#statistics.mark(this.#parts.pause), SHORTEST_PAUSE_MS),
      LONGEST_PAUSE_MS,
    );
  }
}
