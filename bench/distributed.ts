/**
 * Training steps by one rank of two threads and by two ranks of one thread, in turn: how long a step takes, how long rank 0
 * waits in exchanges, and the efficiency of the two ranks. With `--link 1gbit` their bytes cross a link of that speed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { median } from '../packages/inkstone/src/system/index.js';
import { SlowLink } from './slow-link.js';

const INKSTONE = fileURLToPath(new URL('../packages/inkstone/bin/inkstone.js', import.meta.url));

interface Options {
  readonly model: string;
  readonly batch: string;
  readonly batches: string;
  readonly size: string;
  readonly steps: string;
  readonly rounds: string;
  readonly link?: string;
  readonly data?: string;
}

/** Seconds, medians of the steps of a run. */
interface Timed {
  readonly step: number;
  readonly exchange: number;
}

export async function benchDistributed(args: readonly string[]): Promise<void> {
  const options = new Command('bench distributed')
    .option('--model <name>', 'choice of the group model', 'dbnet_mobilenet_v3_small_050')
    .option('--batch <n>', 'images a batch', '2')
    .option('--batches <n>', 'batches a step', '4')
    .option('--size <pixels>', 'longest side of an image', '640')
    .option('--steps <n>', 'steps a run', '6')
    .option('--rounds <n>', 'rounds; each runs both once, in turn', '3')
    .option('--data <folder>', 'an ICDAR data set; drawn receipts when not given')
    .option('--link <rate>', 'speed of the link between the two ranks, e.g. 1gbit; root alone can make one')
    .parse(args, { from: 'user' })
    .opts<Options>();
  const folder = mkdtempSync(join(tmpdir(), 'inkstone-bench-'));
  const link = options.link === undefined ? undefined : await SlowLink.open(options.link);
  try {
    // Fills the cache.
    await train(folder, options, 1);
    const rounds: (readonly [Timed, Timed])[] = [];
    for (let round = 0; round < Number(options.rounds); round++) {
      const both = [await train(folder, options, 1), await train(folder, options, 2, link)] as const;
      rounds.push(both);
      console.log(describe(`round ${round + 1}`, ...both));
    }
    const ratios = rounds.map(([alone, shared]) => alone.step / shared.step);
    const exposed = rounds.map(([, { step, exchange }]) => exchange / step);
    console.log(
      `median efficiency of two ranks of one thread: ${middle(ratios).toFixed(2)}; ` +
        `exposed communication: ${(100 * middle(exposed)).toFixed(1)} % of a step${options.link ? ` over ${options.link}` : ''}`,
    );
  } finally {
    link?.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const middle = (values: readonly number[]): number => median([...values]) ?? Number.NaN;

const describe = (name: string, alone: Timed, shared: Timed): string =>
  `${name}: one rank ${alone.step.toFixed(3)} s a step; two ranks ${shared.step.toFixed(3)} s: ` +
  `compute ${(shared.step - shared.exchange).toFixed(3)} s, exposed communication ${shared.exchange.toFixed(3)} s; ` +
  `efficiency ${(alone.step / shared.step).toFixed(2)}`;

async function train(folder: string, options: Options, ranks: number, link?: SlowLink): Promise<Timed> {
  const meeting = mkdtempSync(join(folder, 'meeting-'));
  const words = wordsOf(folder, options);
  const children = Array.from({ length: ranks }, (_, rank) =>
    spawn(process.execPath, [INKSTONE, ...words], {
      env: {
        ...process.env,
        INKSTONE_THREADS: String(2 / ranks),
        ...(ranks > 1 && {
          INKSTONE_RANKS: String(ranks),
          INKSTONE_RANK: String(rank),
          INKSTONE_RANKS_FOLDER: link?.folders[rank] ?? meeting,
        }),
      },
    }),
  );
  await Promise.all(children.map(ended));
  return timesOf(join(folder, 'runs/bench/system.jsonl'));
}

/** One epoch holds all steps; nothing is validated. */
function wordsOf(folder: string, { model, batch, batches, size, steps, data: root }: Options): string[] {
  const images = Number(batch) * Number(batches) * Number(steps);
  const data = root
    ? ['data=icdar', `data.root=${root}`]
    : ['data=synthetic', `data.root=${join(folder, 'data')}`, `data.synthetic.train_count=${images}`];
  return [
    'train',
    `model=${model}`,
    ...data,
    `data.size=${size}`,
    'data.num_workers=1',
    `data.cache_config.root=${join(folder, 'cache')}`,
    `runs_dir=${join(folder, 'runs')}`,
    'exp_name=bench',
    `batch_size=${batch}`,
    `trainer.accumulate_grad_batches=${batches}`,
    `trainer.max_steps=${steps}`,
    'trainer.limit_val_batches=0',
    'trainer.num_sanity_val_steps=0',
    'trainer.log_every_n_steps=1',
    'callbacks.profiler={every_n_batches: 1}',
    '--overwrite',
  ];
}

async function ended(child: ChildProcess): Promise<void> {
  const complaint = text(child.stderr!);
  child.stdout?.resume();
  const [status] = await once(child, 'exit');
  if (status !== 0) throw new Error(`a rank ended with ${status}: ${await complaint}`);
}

/** The last row has the medians over all steps. */
function timesOf(file: string): Timed {
  const rows = readFileSync(file, 'utf8').trim().split('\n');
  const last = rows.map((row) => JSON.parse(row)).findLast((row) => 'time/step_seconds_median' in row);
  return { step: last['time/step_seconds_median'], exchange: last['time/exchange_seconds_median'] ?? 0 };
}
