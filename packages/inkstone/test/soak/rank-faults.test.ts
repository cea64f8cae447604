/** Faults drawn at random: all ranks end in a line each, within the time-out, and the run goes on to the same bits. */
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RankRelay } from '../rank-relay.js';
import {
  type Ended,
  endOf,
  expectTrained,
  folderOfRuns,
  meetingIn,
  type Rank,
  resultOf,
  startRanks,
  train,
} from '../rank-runs.js';
import { rounds, TIMEOUT_MS } from './rounds.js';

const FAULTS = rounds(20, 1);
/** Whole runs are started, maybe on a machine that is busy. */
const PATIENCE_MS = Math.max(TIMEOUT_MS, 400_000);
const SETTINGS = ['trainer.max_epochs=3', 'callbacks.checkpoint.every_n_steps=1', 'distributed.timeout=20'];
/** Of the file system of the runs, which one fault fills. */
const DISK = ['-t', 'tmpfs', '-o', 'size=200m', 'tmpfs'];

let folder: string;
let hasOwnDisk: boolean;
/** How long an undisturbed run takes. */
let milliseconds: number;

beforeAll(async () => {
  folder = await folderOfRuns();
  mkdirSync(join(folder, 'runs'));
  hasOwnDisk = spawnSync('mount', [...DISK, join(folder, 'runs')]).status === 0;
  if (!hasOwnDisk)
    console.log('No file system can be mounted here: a full disk is left out of the faults of ranks.');
  const begin = performance.now();
  await expectTrained(folder, train('undisturbed', ...SETTINGS), 2);
  milliseconds = performance.now() - begin;
}, PATIENCE_MS);

afterAll(() => {
  if (hasOwnDisk) spawnSync('umount', [join(folder, 'runs')]);
  rmSync(folder, { recursive: true, force: true });
});

const oneOf = <T>(choices: readonly T[]): T => choices[Math.floor(Math.random() * choices.length)]!;
const moment = () => setTimeout(Math.random() * milliseconds);

interface Outcome {
  /** Of the ranks that could end by themselves. */
  readonly ended: readonly Ended[];
  /** What each of them says. */
  readonly line: RegExp;
}

async function lose(name: string, signal: 'SIGKILL' | 'SIGSTOP'): Promise<Outcome> {
  const count = oneOf([2, 4]);
  const lost = Math.floor(Math.random() * count);
  const ranks = startRanks(folder, count, train(name, ...SETTINGS));
  await moment();
  ranks[lost]!.child.kill(signal);
  const ended = await endOf(ranks.filter((_, rank) => rank !== lost));
  ranks[lost]!.child.kill('SIGKILL');
  await ranks[lost]!.ended;
  return { ended, line: new RegExp(`^error: rank ${lost} (is gone|has not answered|did not come).*\\n$`) };
}

const faults: Record<string, (name: string) => Promise<Outcome>> = {
  'a rank is killed': (name) => lose(name, 'SIGKILL'),
  'a rank hangs': (name) => lose(name, 'SIGSTOP'),

  'the link is cut': async (name) => {
    const meeting = meetingIn(folder);
    const relay = await RankRelay.start(folder, meeting);
    const ranks: Rank[] = startRanks(
      folder,
      2,
      train(name, ...SETTINGS),
      () => [],
      (rank) => (rank === 0 ? meeting : relay.folder),
    );
    await moment();
    relay.cut();
    const ended = await endOf(ranks);
    relay.close();
    return { ended, line: /^error: rank [01] (is gone|has not answered|did not come).*\n$/ };
  },

  'the disk of rank 0 is full': async (name) => {
    const ranks = startRanks(folder, 2, train(name, ...SETTINGS));
    await moment();
    const filler = join(folder, 'runs', 'filler');
    const isFull = () => [ranks[0]!.child, ranks[1]!.child].every(({ exitCode }) => exitCode === null);
    // What a run deletes makes room again.
    while (isFull()) {
      try {
        for (const block = Buffer.alloc(2 ** 20); ; ) appendFileSync(filler, block);
      } catch {
        await setTimeout(20);
      }
    }
    const ended = await endOf(ranks);
    rmSync(filler, { force: true });
    return { ended, line: /^error: .*no space left on the device.*\n$/ };
  },

  'a rank has another configuration': async (name) => {
    const lost = oneOf([0, 1]);
    const wordsOf = (rank: number) => (rank === lost ? ['optimizer.lr=0.02'] : []);
    const [lead, other] = await endOf(startRanks(folder, 2, train(name, ...SETTINGS), wordsOf));
    expect(other).toMatchObject({ status: 2, stderr: '' });
    return { ended: [lead!], line: /^error: rank 1 differs from rank 0: optimizer\.lr is .*\n$/ };
  },
};

/** As a user would: goes on where there is something to go on from, begins again where there is not. */
const goOn = (name: string) =>
  existsSync(join(folder, 'runs', name, 'checkpoints/last.json'))
    ? ['resume', `runs/${name}`]
    : [...train(name, ...SETTINGS), '--overwrite'];

describe('ranks that train a run', () => {
  it(
    `end in a line each at ${FAULTS} faults, and others end with the same bits`,
    async () => {
      const kinds = Object.keys(faults).filter((kind) => hasOwnDisk || kind !== 'the disk of rank 0 is full');
      for (let fault = 0; fault < FAULTS; fault += 1) {
        const name = `fault${fault}`;
        const kind = oneOf(kinds);
        const { ended, line } = await faults[kind]!(name);
        // It may have come too late.
        for (const { status, stderr } of ended) {
          if (status === 0) expect(stderr, kind).toBe('');
          else expect(stderr, kind).toMatch(line);
        }
        const finished = existsSync(join(folder, 'runs', name, 'summary.json'));
        if (!finished) await expectTrained(folder, goOn(name), oneOf([1, 2, 4]));
        expect(resultOf(folder, name), kind).toEqual(resultOf(folder, 'undisturbed'));
        rmSync(join(folder, 'runs', name), { recursive: true });
      }
    },
    PATIENCE_MS,
  );
});
