/** Trains one run of a validation in a process of its own, or takes what an earlier call has left of it. */
import { fork } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { printConfig } from '../../config/index.js';
import { CHECKPOINTS, type RunConfig } from '../../runs/index.js';
import { compiledProgram, InkstoneError, VERSION, writeAtomically } from '../../system/index.js';
import type { FromChild, ToChild } from './child.js';

/** `result.json` in the folder of a run that came to its end. */
export interface RunResult {
  /** `diverged`: losses were no numbers, or the loss scale sank below 1. */
  readonly outcome: 'finished' | 'diverged';
  /** What the run said when it diverged. */
  readonly failure: string | null;
  readonly backend: string;
  /** Of Inkstone. A result of another version is trained again. */
  readonly version: string;
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
/** Ways of ending that say something about the precision, not about the call. */
const DIVERGENCE: readonly string[] = ['NonFiniteLossError', 'LossScaleError'];

export const runFolderOf = ({ runs_dir, exp_name }: RunConfig): string => join(runs_dir, exp_name);

/** The result of an earlier call with this very configuration, if there is one. */
export function earlierResult(config: RunConfig): RunResult | undefined {
  const file = join(runFolderOf(config), RESULT);
  if (!existsSync(file) || !isSameRun(config)) return undefined;
  const result = JSON.parse(readFileSync(file, 'utf8')) as RunResult;
  return result.version === VERSION ? result : undefined;
}

/**
 * Trains `config`, going on where an interrupted call stopped.
 *
 * @throws RunInterrupted after `signal`; the run's own error when it failed for a reason that is not its precision
 */
export async function executeRun(config: RunConfig, options: ExecuteOptions): Promise<RunResult> {
  const folder = runFolderOf(config);
  const goesOn =
    !options.fresh &&
    isSameRun(config) &&
    !existsSync(join(folder, RESULT)) &&
    existsSync(join(folder, CHECKPOINTS, 'last.json'));
  const answer = await trainInChild({ ...config, resume: goesOn ? 'last' : null }, options);
  const { backend } = answer;
  const diverged = answer.kind === 'failed' && DIVERGENCE.includes(answer.name);
  if (answer.kind === 'failed' && !diverged) {
    throw Object.assign(new Error(answer.message), { name: answer.name });
  }
  if (answer.kind === 'ended' && answer.outcome === 'interrupted')
    throw new RunInterrupted('interrupted; repeat the call to go on');
  const result: RunResult = {
    outcome: diverged ? 'diverged' : 'finished',
    failure: answer.kind === 'failed' ? answer.message : null,
    backend,
    version: VERSION,
  };
  writeAtomically(join(folder, RESULT), `${JSON.stringify(result, null, 2)}\n`);
  return result;
}

/** Whether the run folder holds a run of this configuration, however far it came. */
function isSameRun(config: RunConfig): boolean {
  const file = join(runFolderOf(config), 'config.yaml');
  if (!existsSync(file)) return false;
  const earlier = parse(readFileSync(file, 'utf8')) as RunConfig;
  return printConfig({ ...earlier, resume: null }) === printConfig({ ...config, resume: null });
}

function trainInChild(config: RunConfig, { output, signal }: ExecuteOptions): Promise<FromChild> {
  const child = fork(compiledProgram('./child.js', import.meta.url), {
    stdio: ['ignore', output, 'inherit', 'ipc'],
    execArgv: [],
  });
  const tell = (message: ToChild): unknown => child.connected && child.send(message);
  const interrupt = () => tell({ kind: 'interrupt' });
  return new Promise<FromChild>((resolve, reject) => {
    child.once('message', resolve);
    child.once('error', reject);
    child.once('exit', (code, killer) => {
      const how = killer === null ? `ended with code ${code}` : `was ended by ${killer}`;
      reject(
        new Error(
          `the process that trained ${runFolderOf(config)} ${how}${killer === 'SIGKILL' ? ' (out of memory?)' : ''}; ` +
            'repeat the call to go on from its last checkpoint',
        ),
      );
    });
    tell({ kind: 'train', config });
    signal?.addEventListener('abort', interrupt);
    if (signal?.aborted) interrupt();
  }).finally(() => signal?.removeEventListener('abort', interrupt));
}
