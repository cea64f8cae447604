/** Whole runs by several processes: the same bits as by one, and how they end when one of them is lost. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { MPI_ADDON } from '../src/distributed/mpi-addon.js';
import { writeIcdar } from './receipt-folder.js';

// Several processes train in each test, maybe on a machine that is busy.
vi.setConfig({ testTimeout: 400_000 });

const MAIN = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const hasMpi = existsSync(MPI_ADDON) && spawnSync('mpirun', ['--version']).status === 0;
if (!hasMpi) console.log('No MPI here (mpirun, and inkstone build): training by mpirun is left out.');

let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'inkstone-ranks-'));
  const samples = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, index) => ({
      id: `${prefix}${index}`,
      width: 128,
      height: 96 + 8 * index,
    }));
  await writeIcdar(join(folder, 'data'), 'train', samples('t', 7));
  await writeIcdar(join(folder, 'data'), 'val', samples('v', 3));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

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

const ENV = { ...process.env, INKSTONE_THREADS: '1' };

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Rank {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

let groups = 0;

function start(words: readonly string[], env: NodeJS.ProcessEnv = {}): Rank {
  const child = spawn(process.execPath, [MAIN, ...words], { cwd: folder, env: { ...ENV, ...env } });
  const [stdout, stderr] = [text(child.stdout), text(child.stderr)];
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve)).then(async (status) => ({
    status,
    stdout: await stdout,
    stderr: await stderr,
  }));
  return { child, ended };
}

/** Starts a process for each rank; `wordsOf` says what one of them is told beside what all are. */
function startRanks(
  ranks: number,
  words: readonly string[],
  wordsOf: (rank: number) => string[] = () => [],
): Rank[] {
  const meeting = join(folder, `meeting-${groups++}`);
  mkdirSync(meeting);
  return Array.from({ length: ranks }, (_, rank) =>
    start([...words, ...wordsOf(rank)], {
      INKSTONE_RANKS: String(ranks),
      INKSTONE_RANK: String(rank),
      INKSTONE_RANKS_FOLDER: meeting,
    }),
  );
}

const train = (name: string, ...overrides: string[]) => ['train', ...SMALL, `exp_name=${name}`, ...overrides];
const endOf = (ranks: readonly Rank[]) => Promise.all(ranks.map(({ ended }) => ended));

async function trainAlone(name: string, ...overrides: string[]): Promise<void> {
  const { status, stderr } = await start(train(name, ...overrides)).ended;
  expect([status, stderr]).toEqual([0, '']);
}

/** What a run left that others must have too: weights, training state, and every logged figure but those of its cache. */
function resultOf(name: string) {
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
async function checkpointOf(name: string, step: number, { child, ended }: Rank): Promise<void> {
  const file = join(folder, 'runs', name, 'checkpoints/last.json');
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (child.exitCode !== null) throw new Error(`the run ended early: ${(await ended).stderr}`);
    if (existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).step >= step) return;
  }
}

describe('inkstone train by several processes', () => {
  it.each(['default', 'fp16_safe', 'bf16_safe'])(
    'ends with the bits of one process: %s, by 2 and by 4',
    async (precision) => {
      const words = [`trainer=${precision}`];
      await trainAlone(`${precision}-1`, ...words);
      for (const ranks of [2, 4]) {
        const [lead, ...others] = (await endOf(
          startRanks(ranks, train(`${precision}-${ranks}`, ...words)),
        )) as [Ended, ...Ended[]];
        expect([lead.status, lead.stderr]).toEqual([0, '']);
        expect(lead.stdout).toContain('CLEval H-mean');
        for (const other of others) expect(other).toEqual({ status: 0, stdout: '', stderr: '' });
        expect(resultOf(`${precision}-${ranks}`)).toEqual(resultOf(`${precision}-1`));
      }
    },
  );

  it('ends in a line on every rank when one is killed, and goes on with another number of them to the same bits', async () => {
    const long = ['trainer.max_epochs=4', 'callbacks.checkpoint.every_n_steps=1'];
    await trainAlone('undisturbed', ...long);
    const ranks = startRanks(4, train('killed', ...long));
    await checkpointOf('killed', 3, ranks[0]!);
    ranks[2]!.child.kill('SIGKILL');
    const ended = await endOf(ranks);
    for (const rank of [0, 1, 3]) {
      expect(ended[rank]!.status).toBe(1);
      expect(ended[rank]!.stderr).toMatch(/^error: rank 2 is gone: its process ended .*\n$/);
    }
    expect(ended[0]!.stderr).toMatch(/; go on with: inkstone resume runs\/killed\n$/);
    const [lead] = (await endOf(startRanks(2, ['resume', 'runs/killed']))) as [Ended];
    expect([lead.status, lead.stderr]).toEqual([0, '']);
    expect(resultOf('killed')).toEqual(resultOf('undisturbed'));
  });

  it('ends within the time-out when a rank hangs', async () => {
    const ranks = startRanks(2, train('hung', 'trainer.max_epochs=100', 'distributed.timeout=20'));
    await checkpointOf('hung', 2, ranks[0]!);
    ranks[1]!.child.kill('SIGSTOP');
    const lead = await ranks[0]!.ended;
    ranks[1]!.child.kill('SIGKILL');
    expect(lead.status).toBe(1);
    expect(lead.stderr).toMatch(
      /^error: rank 1 has not answered for 20 s: .*; go on with: inkstone resume runs\/hung\n$/,
    );
  });

  it('names what is different about a rank before the first step, and makes no run', async () => {
    const ended = await endOf(
      startRanks(2, train('mixed'), (rank) => (rank === 1 ? ['optimizer.lr=0.02'] : [])),
    );
    for (const { status, stderr } of ended) {
      expect(status).toBe(2);
      expect(stderr).toMatch(
        /^error: rank 1 differs from rank 0: optimizer.lr is 0.02 instead of [\d.]+; start every rank .*\n$/,
      );
    }
    expect(existsSync(join(folder, 'runs/mixed'))).toBe(false);
  });

  it('refuses ranks that cannot share a step, before anything is read', async () => {
    const [lead] = (await endOf(startRanks(3, train('uneven')))) as [Ended];
    expect(lead.status).toBe(2);
    expect(lead.stderr).toMatch(
      /^error: 3 ranks cannot share the 4 batches of a step .*: 1, 2, 4 could\..*\n$/,
    );
  });

  it.skipIf(!hasMpi)('ends with the same bits by mpirun', async () => {
    await trainAlone('mpi-1');
    const launcher = ['--allow-run-as-root', '--oversubscribe', '-np', '2', process.execPath, MAIN];
    const { status, stderr } = spawnSync('mpirun', [...launcher, ...train('mpi-2')], {
      cwd: folder,
      encoding: 'utf8',
      env: ENV,
    });
    expect([status, stderr]).toEqual([0, '']);
    expect(resultOf('mpi-2')).toEqual(resultOf('mpi-1'));
  });
});
