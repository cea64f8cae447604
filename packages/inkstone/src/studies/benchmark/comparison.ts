/**
 * The engine's training step in each precision, side by side with PyTorch's. Every engine runs in a process of its own, so
 * that memory means something, and they take turns: machines drift, neighbours in a row do not.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { EncoderName } from '../../detection/index.js';
import { compiledProgram, median } from '../../system/index.js';
import type { StepBenchmark, StepBenchmarkOptions } from './step.js';

const run = promisify(execFile);

/** Debian's, which python3-torch installs into. */
const PYTHON = '/usr/bin/python3';
const MEGABYTE = 2 ** 20;

export interface ComparisonOptions {
  readonly encoder: EncoderName;
  readonly precision: readonly string[];
  readonly batch: number;
  /** Side of the square images in pixels. */
  readonly size: number;
  /** Timed steps a round. */
  readonly steps: number;
  /** Each round runs every engine once. */
  readonly rounds: number;
  /** PyTorch's side: a script with the arguments and the JSON of `peerOutput`. */
  readonly peer: string;
}

interface Measurement {
  readonly medianSeconds: number;
  /** Undefined for PyTorch, which does not count them. */
  readonly peakBytes: number | undefined;
  readonly peakResidentBytes: number;
}

/** One engine's medians over all rounds. */
export interface EngineResult extends Measurement {
  readonly encoder: EncoderName;
  /** `inkstone 32-true`, …, or PyTorch with its version. */
  readonly engine: string;
}

const peerOutput = z.object({ median_step_s: z.number(), peak_rss_mb: z.number() });

export async function compareEngines(options: ComparisonOptions): Promise<EngineResult[]> {
  const engines = new Map<string, () => Promise<Measurement>>();
  for (const precision of options.precision) {
    engines.set(`inkstone ${precision}`, () => measureHere(precision, options));
  }
  const peer = await peerName(options.peer);
  if (peer) engines.set(peer, () => measurePeer(options));

  const results = new Map([...engines.keys()].map((engine) => [engine, [] as Measurement[]]));
  for (let round = 0; round < options.rounds; round++) {
    for (const [engine, measure] of engines) results.get(engine)?.push(await measure());
  }
  return [...results].map(([engine, rounds]) => ({
    encoder: options.encoder,
    engine,
    medianSeconds: median(rounds.map((round) => round.medianSeconds))!,
    peakBytes: rounds[0].peakBytes,
    peakResidentBytes: median(rounds.map((round) => round.peakResidentBytes))!,
  }));
}

async function measureHere(precision: string, options: ComparisonOptions): Promise<Measurement> {
  const { encoder, batch, size, steps } = options;
  const measured: StepBenchmarkOptions = { encoder, precision, batch, size, steps };
  const program = compiledProgram('./child.js', import.meta.url);
  const { stdout } = await run(process.execPath, [program, JSON.stringify(measured)]);
  return JSON.parse(stdout) as StepBenchmark;
}

async function measurePeer(options: ComparisonOptions): Promise<Measurement> {
  const { stdout } = await run(PYTHON, [
    options.peer,
    ...['bench', '--arch', options.encoder],
    ...['--batch', String(options.batch), '--size', String(options.size), '--steps', String(options.steps)],
  ]);
  const { median_step_s, peak_rss_mb } = peerOutput.parse(JSON.parse(stdout));
  return {
    medianSeconds: median_step_s,
    peakBytes: undefined,
    peakResidentBytes: peak_rss_mb * MEGABYTE,
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
