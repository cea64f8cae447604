import { CommanderError } from 'commander';

/** The call was wrong: an option, a key, or a file it names. */
const WRONG_CALL = 2;
/** It was right, and still did not work out. */
const FAILED = 1;

/** Errors that the person at the keyboard can put right in the call or the files it names. */
const CALLERS_ERRORS: ReadonlySet<string> = new Set([
  'CacheRootError',
  'CheckpointError',
  'ConfigError',
  'DataError',
  'IcdarError',
  'PredictError',
  'RunFolderError',
  'UnknownMetricError',
]);

/** Says what went wrong on standard error, in a line; the stack only with `INKSTONE_DEBUG=1`. Returns the exit code. */
export function reportError(error: unknown): number {
  // Commander has said its own errors already, and throws for --help and --version too.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_CALL;
  const known = error instanceof Error ? error : new Error(String(error));
  const text = process.env.INKSTONE_DEBUG === '1' ? known.stack : known.message;
  process.stderr.write(`error: ${text}\n`);
  return CALLERS_ERRORS.has(known.name) ? WRONG_CALL : FAILED;
}
