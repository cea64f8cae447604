/** Trains one run of a validation in a process of its own, or takes what an earlier call has left of it. */
import { fork } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isMap, parseDocument } from 'yaml';
import { z } from 'zod';
import { printConfig } from '../../config/index.js';
import { CHECKPOINTS, CONFIG, numbered, type RunConfig } from '../../runs/index.js';
import {
  compiledProgram,
  InkstoneError,
  InputError,
  readJson,
  VERSION,
  writeAtomically,
} from '../../system/index.js';
import { type FromChild, fromChildSchema, type ToChild } from './messages.js';

/** `result.json` in the folder of a run that came to its end. */
const resultSchema = z.object({
  outcome: z.enum(['finished', 'diverged']),
  /** What the run said when it diverged. */
  failure: z.string().nullable(),
  backend: z.string(),
  /** Of Inkstone. A result of another version is trained again. */
  version: z.string(),
});

export interface RunResult extends Readonly<z.output<typeof resultSchema>> {
  readonly folder: string;
}

export interface ExecuteOptions {
  /** Trains again what is finished. */
  readonly fresh: boolean;
  /** File descriptor for what the run prints. */
  readonly output: number;
  readonly signal?: AbortSignal | undefined;
}

/** The run was interrupted and goes on with the next call. */
export class RunInterrupted extends InkstoneError {}

const RESULT = 'result.json';

/** The result of an earlier call with this very configuration, if there is one. */
export function earlierResult(config: RunConfig): RunResult | undefined {
  const folder = earlierRun(config);
  if (folder === undefined || !existsSync(join(folder, RESULT))) return undefined;
  const result = readJson(join(folder, RESULT), resultSchema, 'train the runs again with --fresh');
  return result.version === VERSION ? { ...result, folder } : undefined;
}

/**
 * Trains `config`, going on where an interrupted call stopped.
 *
 * @throws RunInterrupted after `signal`; the run's own error when it failed for a reason that is not its precision
 */
export async function executeRun(config: RunConfig, options: ExecuteOptions): Promise<RunResult> {
  const earlier = options.fresh ? undefined : earlierRun(config);
  const goesOn =
    earlier !== undefined &&
    !existsSync(join(earlier, RESULT)) &&
    existsSync(join(earlier, CHECKPOINTS, 'last.json'));
  const answer = await trainInChild(
    goesOn ? { ...config, exp_name: basename(earlier), resume: 'last' } : { ...config, resume: null },
    options,
  );
  if (answer.kind === 'failed') {
    throw answer.exitCode === 2 ? new InputError(answer.message) : new InkstoneError(answer.message);
  }
  const diverged = answer.kind === 'diverged';
  if (!diverged && answer.outcome === 'interrupted') {
    throw new RunInterrupted('interrupted; repeat the call to go on');
  }
  const result: z.output<typeof resultSchema> = {
    outcome: diverged ? 'diverged' : 'finished',
    failure: diverged ? answer.message : null,
    backend: answer.backend,
    version: VERSION,
  };
  writeAtomically(join(answer.folder, RESULT), `${JSON.stringify(result, null, 2)}\n`);
  return { ...result, folder: answer.folder };
}

/** The newest run of this configuration, however far it came. */
function earlierRun(config: RunConfig): string | undefined {
  const base = join(config.runs_dir, config.exp_name);
  let found: string | undefined;
  for (let number = 1; existsSync(numbered(base, number)); number += 1) {
    if (isSameRun(numbered(base, number), config)) found = numbered(base, number);
  }
  return found;
}

function isSameRun(folder: string, config: RunConfig): boolean {
  const file = join(folder, CONFIG);
  if (!existsSync(file)) return false;
  // A file that is cut off parses to something else, or to nothing.
  const { contents } = parseDocument(readFileSync(file, 'utf8'));
  const earlier = isMap(contents) ? contents.toJSON() : {};
  const { exp_name } = config;
  return printConfig({ ...earlier, exp_name, resume: null }) === printConfig({ ...config, resume: null });
}

function trainInChild(config: RunConfig, { output, signal }: ExecuteOptions): Promise<FromChild> {
  const child = fork(compiledProgram('./child.js', import.meta.url), {
    stdio: ['ignore', output, 'inherit', 'ipc'],
    execArgv: [],
  });
  const tell = (message: ToChild): unknown => child.connected && child.send(message);
  const interrupt = () => tell({ kind: 'interrupt' });
  return new Promise<unknown>((resolve, reject) => {
    child.once('message', resolve);
    child.once('error', reject);
    child.once('exit', (code, killer) => {
      const how = killer === null ? `ended with code ${code}` : `was ended by ${killer}`;
      reject(
        new InkstoneError(
          `the process that trained ${join(config.runs_dir, config.exp_name)} ${how}${killer === 'SIGKILL' ? ' (out of memory?)' : ''}; ` +
            'repeat the call to go on from its last checkpoint',
        ),
      );
    });
    tell({ kind: 'train', config });
    signal?.addEventListener('abort', interrupt);
    if (signal?.aborted) interrupt();
  })
    .then((message) => fromChildSchema.parse(message))
    .finally(() => signal?.removeEventListener('abort', interrupt));
}
