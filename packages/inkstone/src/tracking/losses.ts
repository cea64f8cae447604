import { counted } from '../system/index.js';
import type { Terminal } from './terminal.js';

/** What a tracker could not keep. The first reason is said at once, and at the end how much is missing. */
export class Losses {
  #steps = 0;
  #isSaid = false;

  constructor(
    readonly name: string,
    readonly terminal: Terminal,
  ) {}

  warn(error: unknown): void {
    if (this.#isSaid) return;
    this.#isSaid = true;
    const reason = error instanceof Error ? error.message : String(error);
    this.terminal.line(`[WARN] logger.${this.name}: ${reason}. The run does not depend on it`);
  }

  lose(steps: number): void {
    this.#steps += steps;
  }

  sayTotal(): void {
    if (this.#steps === 0) return;
    this.terminal.line(
      `[WARN] logger.${this.name}: ${counted(this.#steps, 'logged step')} of this run did not get there`,
    );
  }
}
