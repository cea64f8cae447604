import type { Outcome } from '../training/index.js';
import type { RunHolder } from './run-lock.js';
import type { SavedSummary } from './summary.js';

/** `killed`: its process is gone without a word; `failed`: it ended with an error. The others are what a summary calls outcomes. */
export type RunState = 'running' | 'killed' | 'failed' | Outcome;

/**
 * How it stands with a run, by what it has left in its folder.
 *
 * @param summary of the run, or of what it was before it went on
 * @param step the last that was logged
 */
export function runState(
  holder: Pick<RunHolder, 'isAlive'> | undefined,
  summary: Pick<SavedSummary, 'outcome' | 'steps'> | undefined,
  step: number,
): RunState {
  // A run that ends takes its lock away, however it ends.
  if (holder !== undefined) return holder.isAlive ? 'running' : 'killed';
  if (summary === undefined || summary.steps < step) return 'failed';
  return summary.outcome;
}
