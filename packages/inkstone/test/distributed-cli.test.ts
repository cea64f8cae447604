/** Whole runs by several processes: how they end when one of them is lost. That all end with the same bits: soak/rank-bits. */
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { MPI_ADDON } from '../src/distributed/mpi-addon.js';
import { INKSTONE } from './program.js';
import {
  checkpointOf,
  ENV,
  type Ended,
  endOf,
  expectTrained,
  folderOfRuns,
  resultOf,
  startRanks,
  train,
} from './rank-runs.js';

// Several processes train in each test, maybe on a machine that is busy.
vi.setConfig({ testTimeout: 400_000 });

const hasMpi = existsSync(MPI_ADDON) && spawnSync('mpirun', ['--version']).status === 0;

let folder: string;

beforeAll(async () => {
  folder = await folderOfRuns();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('inkstone train by several processes', () => {
  it('ends in a line on every rank when one is killed, and goes on with another number of them to the same bits', async () => {
    const long = ['trainer.max_epochs=4', 'callbacks.checkpoint.every_n_steps=1'];
    await expectTrained(folder, train('undisturbed', ...long));
    const ranks = startRanks(folder, 4, train('killed', ...long));
    await checkpointOf(folder, 'killed', 3, ranks[0]!);
    ranks[2]!.child.kill('SIGKILL');
    const ended = await endOf(ranks);
    for (const rank of [0, 1, 3]) {
      expect(ended[rank]!.status).toBe(1);
      expect(ended[rank]!.stderr).toMatch(/^error: rank 2 is gone: its process ended .*\n$/);
    }
    expect(ended[0]!.stderr).toMatch(/; go on with: inkstone resume runs\/killed\n$/);
    await expectTrained(folder, ['resume', 'runs/killed'], 2);
    expect(resultOf(folder, 'killed')).toEqual(resultOf(folder, 'undisturbed'));
  });

  it('ends within the time-out when a rank hangs', async () => {
    const ranks = startRanks(folder, 2, train('hung', 'trainer.max_epochs=100', 'distributed.timeout=20'));
    await checkpointOf(folder, 'hung', 2, ranks[0]!);
    ranks[1]!.child.kill('SIGSTOP');
    const lead = await ranks[0]!.ended;
    ranks[1]!.child.kill('SIGKILL');
    expect(lead.status).toBe(1);
    // Which of the two it is depends on where it was stopped.
    expect(lead.stderr).toMatch(
      /^error: rank 1 has (not answered|taken nothing) for 20 s: .*; go on with: inkstone resume runs\/hung\n$/,
    );
  });

  it('names what is different about a rank before the first step, and makes no run', async () => {
    const wordsOf = (rank: number) => (rank === 1 ? ['optimizer.lr=0.02'] : []);
    const [lead, other] = await endOf(startRanks(folder, 2, train('mixed'), wordsOf));
    expect(lead!.status).toBe(2);
    expect(lead!.stderr).toMatch(
      /^error: rank 1 differs from rank 0: optimizer.lr is 0.02 instead of [\d.]+; start every rank .*\n$/,
    );
    expect(other).toMatchObject({ status: 2, stderr: '' });
    expect(existsSync(join(folder, 'runs/mixed'))).toBe(false);
  });

  it('says which rank has no data, on every rank', async () => {
    const wordsOf = (rank: number) => (rank === 1 ? ['data.root=nowhere'] : []);
    const [lead, other] = await endOf(startRanks(folder, 2, train('apart'), wordsOf));
    expect(other!.status).toBe(2);
    expect(other!.stderr).toMatch(/^error: rank 1 on \S+: nowhere: there is no such folder; .*\n$/);
    expect(lead!.stderr).toMatch(/^error: rank 1 ended the run: nowhere: there is no such folder; .*\n$/);
  });

  it('refuses ranks that cannot share a step, before anything is read', async () => {
    const [lead, ...others] = (await endOf(startRanks(folder, 3, train('uneven')))) as [Ended, ...Ended[]];
    expect(lead.status).toBe(2);
    expect(lead.stderr).toMatch(
      /^error: 3 ranks cannot share the 4 batches of a step .*: 1, 2, 4 could\..*\n$/,
    );
    for (const other of others) expect(other).toMatchObject({ status: 2, stderr: '' });
  });

  it.skipIf(!hasMpi)('ends with the same bits by mpirun', async () => {
    await expectTrained(folder, train('mpi-1'));
    const launcher = ['--allow-run-as-root', '--oversubscribe', '-np', '2', process.execPath, INKSTONE];
    const { status, stderr } = spawnSync('mpirun', [...launcher, ...train('mpi-2')], {
      cwd: folder,
      encoding: 'utf8',
      env: ENV,
    });
    expect([status, stderr]).toEqual([0, '']);
    expect(resultOf(folder, 'mpi-2')).toEqual(resultOf(folder, 'mpi-1'));
  });
});
