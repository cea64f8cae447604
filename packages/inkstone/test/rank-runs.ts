/** Runs of the command line by one process and by several, on a small folder of pictures; for tests. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'vitest';
import { INKSTONE } from './program.js';
import { writeIcdar } from './receipt-folder.js';

/** Of several ranks on this machine none may take all cores. */
export const ENV = { ...process.env, INKSTONE_THREADS: '1' };

/** Steps of 4 and 3 batches. */
const SMALL = [
  'data=icdar',
  'data.root=data',
  'data.size=64',
  'data.num_workers=0',
  'batch_size=1',
  'trainer.accumulate_grad_batches=4',
  'trainer.max_epochs=2',
  'trainer.log_every_n_steps=1',
  'schedule.warmup_steps=2',
];

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Rank {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

export const train = (name: string, ...overrides: string[]) => [
  'train',
  ...SMALL,
  `exp_name=${name}`,
  ...overrides,
];

/** A folder with data for such runs. */
export async function folderOfRuns(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'inkstone-ranks-'));
  const samples = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, index) => ({
      id: `${prefix}${index}`,
      width: 128,
      height: 96 + 8 * index,
    }));
  await writeIcdar(join(folder, 'data'), 'train', samples('t', 7));
  await writeIcdar(join(folder, 'data'), 'val', samples('v', 3));
  return folder;
}

export function start(folder: string, words: readonly string[], env: NodeJS.ProcessEnv = {}): Rank {
  const child = spawn(process.execPath, [INKSTONE, ...words], { cwd: folder, env: { ...ENV, ...env } });
  const [stdout, stderr] = [text(child.stdout), text(child.stderr)];
  const exit = new Promise<number | null>((resolve) => child.on('exit', resolve));
  const ended = exit.then(async (status) => ({ status, stdout: await stdout, stderr: await stderr }));
  return { child, ended };
}

export const meetingIn = (folder: string): string => mkdtempSync(join(folder, 'meeting-'));

/**
 * Starts a process for each rank; `wordsOf` says what one of them is told beside what all are, `meetingOf` where it meets the
 * others.
 */
export function startRanks(
  folder: string,
  ranks: number,
  words: readonly string[],
  wordsOf: (rank: number) => string[] = () => [],
  meetingOf?: (rank: number) => string,
): Rank[] {
  const meeting = meetingOf === undefined ? meetingIn(folder) : '';
  return Array.from({ length: ranks }, (_, rank) =>
    start(folder, [...words, ...wordsOf(rank)], {
      INKSTONE_RANKS: String(ranks),
      INKSTONE_RANK: String(rank),
      INKSTONE_RANKS_FOLDER: meetingOf?.(rank) ?? meeting,
    }),
  );
}

export const endOf = (ranks: readonly Rank[]) => Promise.all(ranks.map(({ ended }) => ended));

export async function expectTrained(folder: string, words: readonly string[], ranks = 1): Promise<void> {
  const started = ranks === 1 ? [start(folder, words)] : startRanks(folder, ranks, words);
  const [lead, ...others] = (await endOf(started)) as [Ended, ...Ended[]];
  expect([lead.status, lead.stderr]).toEqual([0, '']);
  expect(lead.stdout).toContain('CLEval H-mean');
  for (const other of others) expect(other).toEqual({ status: 0, stdout: '', stderr: '' });
}

/** What a run left that others must have too: weights, training state, and every logged figure but those of its cache. */
export function resultOf(folder: string, name: string) {
  const checkpoints = join(folder, 'runs', name, 'checkpoints');
  const state = readdirSync(checkpoints).find((file) => file.startsWith('last.state-')) as string;
  const rows = readFileSync(join(folder, 'runs', name, 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => Object.entries(JSON.parse(line)).filter(([key]) => !key.startsWith('cache/')));
  const { updater, metrics } = JSON.parse(readFileSync(join(checkpoints, 'last.json'), 'utf8'));
  return { state: readFileSync(join(checkpoints, state), 'base64'), rows, updater, metrics };
}

/** Until the run has a checkpoint of this step or a later one. */
export async function checkpointOf(
  folder: string,
  name: string,
  step: number,
  { child, ended }: Rank,
): Promise<void> {
  const file = join(folder, 'runs', name, 'checkpoints/last.json');
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (child.exitCode !== null) throw new Error(`the run ended early: ${(await ended).stderr}`);
    if (existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).step >= step) return;
  }
}
