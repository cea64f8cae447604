/**
 * The engine's training step in each precision, side by side with PyTorch's. Every engine runs in a process of its own, so
 * that memory means something, and they take turns: machines drift, neighbours in a row do not.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { SIDE_MULTIPLE } from 'inkstone-detect';
import type { PrecisionName } from '../../amp/index.js';
import type { EncoderName } from '../../detection/index.js';
import { compiledProgram, InputError, median, parseJson } from '../../system/index.js';
import { fastestPeers, findPeers, type Peer, type SharedStep } from './peer.js';
import { type StepOptions, type StepResult, stepResultSchema } from './step.js';

const run = promisify(execFile);

export const MEGABYTE = 2 ** 20;

export interface ComparisonOptions extends Omit<StepOptions, 'encoder' | 'precision'> {
  readonly encoders: readonly EncoderName[];
  readonly precisions: readonly PrecisionName[];
  /** Each round runs every engine once. */
  readonly rounds: number;
  /** A script for PyTorch's side (see `peer.ts`); without one, or where no Python has PyTorch, there is none. */
  readonly peer?: string;
  /** Pythons that may have PyTorch. Default: Debian's, which python3-torch installs into. */
  readonly pythons?: readonly string[];
  /** Called with the count of measurements done and to do, after each. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** One engine's figures over all rounds. */
export interface EngineResult {
  readonly encoder: EncoderName;
  /** `inkstone 32-true`, …, or PyTorch with its version, type and memory format. */
  readonly engine: string;
  /** Each round's median step. */
  readonly roundSeconds: readonly number[];
  readonly medianSeconds: number;
  /** Undefined for PyTorch, which does not count them. */
  readonly peakBytes: number | undefined;
  readonly peakResidentBytes: number;
}

const engineName = (precision: PrecisionName): string => `inkstone ${precision}`;

/** What the other precisions are compared with. */
export const baselineName = engineName('32-true');

/** @throws InputError for a size that the network cannot take, and for a script that is not there */
export async function compareEngines(options: ComparisonOptions): Promise<EngineResult[]> {
  const { size, peer: script, pythons = ['/usr/bin/python3'] } = options;
  if (size % SIDE_MULTIPLE !== 0) {
    throw new InputError(`size ${size}: the side of the images must be a multiple of ${SIDE_MULTIPLE}`);
  }
  const peers = script === undefined ? [] : await findPeers(script, pythons);
  const results: EngineResult[] = [];
  for (const [index, encoder] of options.encoders.entries()) {
    const onProgress = (done: number, total: number) =>
      options.onProgress?.(index * total + done, options.encoders.length * total);
    results.push(...(await compareOn(encoder, peers, { ...options, onProgress })));
  }
  return results;
}

type Measurement = Omit<StepResult, 'peakBytes'> & Partial<StepResult>;

async function compareOn(
  encoder: EncoderName,
  peers: readonly Peer[],
  { precisions, rounds, batch, size, steps, onProgress }: ComparisonOptions,
): Promise<EngineResult[]> {
  const step: SharedStep = { encoder, batch, size, steps };
  const own = precisions.map((precision) => ({
    engine: engineName(precision),
    measure: (options: SharedStep) => measureStep({ ...options, precision }),
  }));
  const engines = [...own, ...(await fastestPeers(peers, step))].map(
    ({
      engine,
      measure,
    }): { engine: string; measure: () => Promise<Measurement>; measured: Measurement[] } => ({
      engine,
      measure: () => measure(step),
      measured: [],
    }),
  );
  for (let round = 0; round < rounds; round++) {
    for (const [index, { measure, measured }] of engines.entries()) {
      measured.push(await measure());
      onProgress?.(round * engines.length + index + 1, rounds * engines.length);
    }
  }
  return engines.map(({ engine, measured }) => {
    const roundSeconds = measured.map(({ medianSeconds }) => medianSeconds);
    return {
      encoder,
      engine,
      roundSeconds,
      medianSeconds: median(roundSeconds)!,
      peakBytes: measured[0]?.peakBytes,
      peakResidentBytes: median(measured.map(({ peakResidentBytes }) => peakResidentBytes))!,
    };
  });
}

/** Own steps in a process of their own, with as many threads as `threads` says, or all. */
export async function measureStep(options: StepOptions, threads?: number): Promise<StepResult> {
  const program = compiledProgram('./child.js', import.meta.url);
  const env = threads === undefined ? process.env : { ...process.env, INKSTONE_THREADS: String(threads) };
  const { stdout } = await run(process.execPath, [program, JSON.stringify(options)], { env });
  return parseJson(
    stdout,
    stepResultSchema,
    `what the benchmark of ${options.precision} printed`,
    'that is a mistake of Inkstone',
  );
}
