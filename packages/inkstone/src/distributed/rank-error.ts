import { hostname } from 'node:os';
import { InkstoneError, InputError } from '../system/index.js';

/** Another rank died, hangs, or ended the run. The message says which, and why. */
export class RankError extends InkstoneError {}

/**
 * The same error for whoever reads what all ranks say, with its rank and machine: of rank 0, which shows the run, and of an
 * error that names a rank already, it goes without saying.
 */
export function asOfRank(rank: number, error: unknown): unknown {
  if (rank === 0 || error instanceof RankError || !(error instanceof InkstoneError)) return error;
  const Kind = error.exitCode === 2 ? InputError : InkstoneError;
  return new Kind(`rank ${rank} on ${hostname()}: ${error.message}`, { cause: error });
}

/** What every rank finds at the same place of the program, in the same words: one of them says it. */
export class CommonError extends InputError {}
