/** What `train` and `resume` share: a run to its end, to Ctrl-C, or to a full disk, and what is said then. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { asOfRank, boundRank, CommonError, type Group, joinGroup, RankError } from '../distributed/index.js';
import { figureName, METRICS } from '../metrics/index.js';
import { OVERLAYS, type RunConfig, type Summary, type TrainResult, train } from '../runs/index.js';
import {
  type BeforeAfter,
  beforeAfterNotes,
  beforeAfterTable,
  compareBeforeAfter,
  planBeforeAfter,
} from '../studies/index.js';
import { bytes, duration, InkstoneError, printable, RunFileError } from '../system/index.js';
import { keepLittleMemory } from '../tensor/index.js';
import { Terminal } from '../tracking/index.js';
import { reportError } from './errors.js';
import { INTERRUPTED, interruption } from './interruption.js';
import { columns, table } from './table.js';

export interface TrainingArguments {
  readonly json?: boolean;
  readonly overwrite?: boolean;
  readonly allow?: readonly string[];
}

/** Of an option that takes several words at once, and may be repeated. */
export const collect = (words: string, earlier: readonly string[] = []): string[] => [
  ...earlier,
  ...words.split(',').map((word) => word.trim()),
];

/** As one rank of several, where a launcher started this process: all but the first show nothing of it. */
export async function runTraining(config: RunConfig, options: TrainingArguments): Promise<void> {
  keepLittleMemory();
  const group = await joinGroup(config.distributed);
  try {
    if (group === undefined || group.rank === 0) await trainAndShow(config, options, group);
    else await trainToItsEnd(config, Terminal.silent(), options, group);
  } catch (error) {
    if (group === undefined) throw error;
    if (!(error instanceof CommonError)) {
      await group.abort(error as Error);
      throw asOfRank(group.rank, error);
    }
    // A launcher ends the others as soon as one has ended, so they wait until it is said.
    process.exitCode = group.rank === 0 ? reportError(error) : error.exitCode;
    await group.close();
  }
}

async function trainAndShow(
  config: RunConfig,
  options: TrainingArguments,
  group: Group | undefined,
): Promise<void> {
  const { json = false, overwrite } = options;
  const terminal = new Terminal(json ? process.stderr : process.stdout);
  const warning = group && boundRank();
  if (warning !== undefined) terminal.line(warning);
  const plan = await planBeforeAfter(config, overwrite === true, (line) => terminal.line(line));
  const result = await trainToItsEnd(config, terminal, options, group);
  const isInterrupted = result.outcome === 'interrupted';
  if (!json) process.stdout.write(describe(result));
  if (isInterrupted) sayHowToGoOn(result, config.callbacks.checkpoint !== null);
  const compared =
    plan === undefined || isInterrupted ? undefined : await compareBeforeAfter(plan, result.folder, terminal);
  if (json) {
    const summary = { ...result.summary, ...(compared && { before_after: compared }) };
    process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
  } else if (compared !== undefined) process.stdout.write(describeChange(compared));
}

async function trainToItsEnd(
  config: RunConfig,
  terminal: Terminal,
  { overwrite, allow }: TrainingArguments,
  group: Group | undefined,
): Promise<TrainResult> {
  let hasBegun = false;
  const { signal, release } = interruption(terminal, () => hasBegun);
  let folder: string | undefined;
  const onFolder = (path: string) => {
    hasBegun = true;
    if (group === undefined || group.rank === 0) folder = path;
  };
  try {
    const result = await train(config, { terminal, signal, group, overwrite, allow, onFolder });
    await group?.close();
    return result;
  } catch (error) {
    if (error instanceof RankError && folder !== undefined && config.callbacks.checkpoint !== null) {
      throw new RankError(`${error.message}; go on with: ${resumeCommand(folder)}`, { cause: error });
    }
    const isFull = error instanceof RunFileError && error.exitCode === 1;
    if (!isFull || folder === undefined) throw error;
    throw new InkstoneError(`${error.message}, then go on with: ${resumeCommand(folder)}`, { cause: error });
  } finally {
    release();
  }
}

function sayHowToGoOn({ folder, summary }: TrainResult, isSaved: boolean): void {
  const hint = isSaved
    ? printable(`saved in ${folder}; go on with: ${resumeCommand(folder)}`)
    : 'nothing was saved, because callbacks.checkpoint is null';
  process.stderr.write(`interrupted at step ${summary.steps}; ${hint}\n`);
  process.exitCode = INTERRUPTED;
}

/** To be copied into a shell. */
function resumeCommand(folder: string): string {
  const word = /^[\w./@:-]+$/.test(folder) ? folder : `'${folder.replaceAll("'", "'\\''")}'`;
  return `inkstone resume ${word}`;
}

function describe({ folder, outcome, summary }: TrainResult): string {
  const figure = (name: keyof Summary): string => {
    const value = summary[name];
    return typeof value === 'number' ? value.toFixed(4) : '–';
  };
  const overlays = join(folder, OVERLAYS);
  const rows: [string, string][] = [
    [`${METRICS[0].title} H-mean`, figure('val/hmean')],
    ['  precision', figure('val/precision')],
    ['  recall', figure('val/recall')],
    ...METRICS.slice(1).map(({ name, title }): [string, string] => [
      `${title} H-mean`,
      figure(`val/${figureName('hmean', name)}`),
    ]),
    ['epochs, steps', `${summary.epochs}, ${summary.steps}`],
    ['time an epoch', summary.seconds_per_epoch === null ? '–' : duration(summary.seconds_per_epoch)],
    ['peak memory', `${bytes(summary.peak_rss_bytes)} (engine ${bytes(summary.peak_engine_bytes)})`],
    ['run', folder],
    ['weights', `${folder}/checkpoints/${summary.best === null ? 'last' : 'best'}.safetensors`],
    ...(existsSync(overlays) ? [['overlays', `${overlays}`] as [string, string]] : []),
  ];
  const ended = outcome === 'stopped' ? `stopped early: ${summary.stop_reason}` : outcome;
  return `\n${ended}\n${table(rows)}\n`;
}

function describeChange(compared: BeforeAfter): string {
  const lines = [...columns(beforeAfterTable(compared)).split('\n'), '', ...beforeAfterNotes(compared)];
  return `\nbefore and after training\n${lines.map((line) => `  ${printable(line)}`.trimEnd()).join('\n')}\n`;
}
