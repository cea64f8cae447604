/**
 * `inkstone bench`: the engine's training step, each precision in a process of its own, in turn, side by side with
 * PyTorch where it is installed. Ratios of medians are what to read: machines drift, neighbours in a row do not.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { Command, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { benchmarkStep, type StepBenchmark } from '../training/step-benchmark.js';

const run = promisify(execFile);

const ENCODERS = ['mobilenet_v3_small_050', 'resnet18'] as const;
const PRECISIONS = ['32-true', '16-mixed', 'bf16-mixed'] as const;
const DEFAULT_PEER = '../shared/peers/torch_dbnet.py';
const PYTHON = '/usr/bin/python3';
const MEGABYTE = 2 ** 20;

interface BenchArguments {
  readonly encoder: readonly (typeof ENCODERS)[number][];
  readonly precision: readonly (typeof PRECISIONS)[number][];
  readonly batch: number;
  readonly size: number;
  readonly steps: number;
  readonly rounds: number;
  readonly peer: string;
  readonly json?: boolean;
  readonly inProcess?: boolean;
}

interface Row {
  readonly encoder: string;
  readonly engine: string;
  readonly medianSeconds: number;
  /** Undefined for PyTorch, which does not count them. */
  readonly peakBytes: number | undefined;
  readonly peakResidentBytes: number;
}

const peerOutput = z.object({ engine: z.string(), median_step_s: z.number(), peak_rss_mb: z.number() });

export function benchCommand(): Command {
  return new Command('bench')
    .summary('time a training step of each network and precision, beside PyTorch where it is installed')
    .addOption(new Option('--encoder <name...>', 'networks').choices(ENCODERS).default([...ENCODERS]))
    .addOption(new Option('--precision <name...>', 'precisions').choices(PRECISIONS).default([...PRECISIONS]))
    .option('--batch <n>', 'images a step', positiveInteger, 2)
    .option('--size <pixels>', 'side of the square images', positiveInteger, 640)
    .option('--steps <n>', 'timed steps a round', positiveInteger, 4)
    .option('--rounds <n>', 'rounds; each runs every engine once, in turn', positiveInteger, 3)
    .option('--peer <file>', 'the PyTorch benchmark to compare with', DEFAULT_PEER)
    .option('--json', 'print JSON')
    .addOption(new Option('--in-process', 'measure one configuration here and print it').hideHelp())
    .action(async (options: BenchArguments) => {
      if (options.inProcess) {
        const { batch, size, steps } = options;
        const [encoder, precision] = [options.encoder[0], options.precision[0]];
        console.log(JSON.stringify(benchmarkStep({ encoder, precision, batch, size, steps })));
        return;
      }
      const rows: Row[] = [];
      for (const encoder of options.encoder) rows.push(...(await compareEngines(encoder, options)));
      console.log(options.json ? JSON.stringify(rows, null, 2) : describeRows(rows, options));
    });
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('must be a whole number from 1');
  return value;
}

/** One row an engine: medians over rounds. */
async function compareEngines(encoder: string, options: BenchArguments): Promise<Row[]> {
  const engines = new Map<string, () => Promise<Omit<Row, 'encoder' | 'engine'>>>(
    options.precision.map((precision) => [
      `inkstone ${precision}`,
      () => measureHere(encoder, precision, options),
    ]),
  );
  const peer = await peerName(options.peer);
  if (peer) engines.set(peer, () => measurePeer(encoder, options));

  const runs = new Map(
    [...engines.keys()].map((engine) => [engine, [] as Omit<Row, 'encoder' | 'engine'>[]]),
  );
  for (let round = 0; round < options.rounds; round++) {
    for (const [engine, measure] of engines) runs.get(engine)?.push(await measure());
  }
  return [...runs].map(([engine, results]) => ({
    encoder,
    engine,
    medianSeconds: median(results.map((result) => result.medianSeconds)),
    peakBytes: results[0].peakBytes,
    peakResidentBytes: median(results.map((result) => result.peakResidentBytes)),
  }));
}

async function measureHere(encoder: string, precision: string, { batch, size, steps }: BenchArguments) {
  const { stdout } = await run(process.execPath, [
    process.argv[1],
    ...['bench', '--in-process', '--encoder', encoder, '--precision', precision],
    ...['--batch', String(batch), '--size', String(size), '--steps', String(steps)],
  ]);
  return JSON.parse(stdout) as StepBenchmark;
}

async function measurePeer(encoder: string, { batch, size, steps, peer }: BenchArguments) {
  const { stdout } = await run(PYTHON, [
    ...[peer, 'bench', '--arch', encoder],
    ...['--batch', String(batch), '--size', String(size), '--steps', String(steps)],
  ]);
  const result = peerOutput.parse(JSON.parse(stdout));
  return {
    medianSeconds: result.median_step_s,
    peakBytes: undefined,
    peakResidentBytes: result.peak_rss_mb * MEGABYTE,
  };
}

/** "PyTorch 1.13 fp32", or undefined when there is none to compare with. */
async function peerName(peer: string): Promise<string | undefined> {
  if (!existsSync(peer)) return undefined;
  try {
    const { stdout } = await run(PYTHON, ['-c', 'import torch; print(torch.__version__)']);
    return `PyTorch ${stdout.trim()} fp32`;
  } catch {
    return undefined;
  }
}

function describeRows(rows: readonly Row[], { batch, size }: BenchArguments): string {
  const lines = [`One training step (forward, loss, backward, clip, Adam), batch ${batch}, ${size}²`, ''];
  const header = ['network', 'engine', 's/step', 'vs fp32', 'vs PyTorch', 'engine MB', 'RSS MB'];
  const table = rows.map((row) => {
    const ours = rows.find((other) => other.encoder === row.encoder && other.engine === 'inkstone 32-true');
    const peer = rows.find((other) => other.encoder === row.encoder && other.engine.startsWith('PyTorch'));
    const ratio = (other: Row | undefined) =>
      other ? (row.medianSeconds / other.medianSeconds).toFixed(2) : '–';
    const engineMb = row.peakBytes === undefined ? '–' : (row.peakBytes / MEGABYTE).toFixed(0);
    const residentMb = (row.peakResidentBytes / MEGABYTE).toFixed(0);
    const seconds = row.medianSeconds.toFixed(3);
    return [row.encoder, row.engine, seconds, ratio(ours), ratio(peer), engineMb, residentMb];
  });
  const widths = header.map((title, i) => Math.max(title.length, ...table.map((cells) => cells[i].length)));
  for (const cells of [header, ...table]) {
    lines.push(
      cells.map((cell, i) => (i < 2 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '),
    );
  }
  if (!rows.some((row) => row.engine.startsWith('PyTorch'))) {
    lines.push(
      '',
      "PyTorch was not measured: install Debian's python3-torch and name its benchmark with --peer.",
    );
  }
  return lines.join('\n');
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}
