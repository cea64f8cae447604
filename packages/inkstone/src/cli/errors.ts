import { CommanderError } from 'commander';
import { InkstoneError, printable } from '../system/index.js';

/** The call was wrong: an option, a key, or a file it names. */
const WRONG_CALL = 2;
/** It was right, and something went wrong that nobody foresaw. */
const FAILED = 1;

/** Says what went wrong on standard error, in a line; the stack only with `INKSTONE_DEBUG=1`. Returns the exit code. */
export function reportError(error: unknown): number {
  // Commander has said its own errors already.
  if (error instanceof CommanderError) return WRONG_CALL;
  const known = error instanceof Error ? error : new Error(String(error));
  process.stderr.write(`error: ${textOf(known)}\n`);
  return known instanceof InkstoneError ? known.exitCode : FAILED;
}

function textOf(error: Error): string {
  if (process.env.INKSTONE_DEBUG === '1') return String(error.stack).split('\n').map(printable).join('\n');
  // An error of ours may have several lines, and has made each of them safe.
  return error instanceof InkstoneError ? error.message : printable(error.message);
}
