/**
 * The engine's training step in each precision, side by side with PyTorch's. Every engine runs in a process of its own, so
 * that memory means something, and they take turns: machines drift, neighbours in a row do not.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { SIDE_MULTIPLE } from 'inkstone-detect';
import { z } from 'zod';
import type { PrecisionName } from '../../amp/index.js';
import type { EncoderName } from '../../detection/index.js';
import { compiledProgram, InputError, median, parseJson } from '../../system/index.js';
import { type StepOptions, stepResultSchema } from './step.js';

const run = promisify(execFile);

export const MEGABYTE = 2 ** 20;

export interface ComparisonOptions extends Omit<StepOptions, 'encoder' | 'precision'> {
  readonly encoders: readonly EncoderName[];
  readonly precisions: readonly PrecisionName[];
  /** Each round runs every engine once. */
  readonly rounds: number;
  /** PyTorch's side: a script with the arguments and the JSON of `peerOutput`. */
  readonly peer: string;
  /** What runs it. Default: Debian's, which python3-torch installs into. */
  readonly python?: string;
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

const engineName = (precision: PrecisionName): string => `inkstone ${precision}`;

/** What the other precisions are compared with. */
export const baselineName = engineName('32-true');

export const isPeer = (engine: string): boolean => engine.startsWith('PyTorch');

const peerOutput = z.object({ median_step_s: z.number(), peak_rss_mb: z.number() });

/** @throws InputError for a size that the network cannot take */
export async function compareEngines(options: ComparisonOptions): Promise<EngineResult[]> {
  const { size, peer: script, python = '/usr/bin/python3' } = options;
  if (size % SIDE_MULTIPLE !== 0) {
    throw new InputError(`size ${size}: the side of the images must be a multiple of ${SIDE_MULTIPLE}`);
  }
  const peer = await findPeer(python, script);
  const results: EngineResult[] = [];
  for (const encoder of options.encoders) results.push(...(await compareOn(encoder, peer, options)));
  return results;
}

async function compareOn(
  encoder: EncoderName,
  peer: Peer | undefined,
  { precisions, rounds, batch, size, steps }: ComparisonOptions,
): Promise<EngineResult[]> {
  const step = { encoder, batch, size, steps };
  const engines = precisions.map((precision) => ({
    engine: engineName(precision),
    measure: (): Promise<Measurement> => measureHere({ ...step, precision }),
    measurements: [] as Measurement[],
  }));
  if (peer) engines.push({ engine: peer.engine, measure: () => peer.measure(step), measurements: [] });
  for (let round = 0; round < rounds; round++) {
    for (const { measure, measurements } of engines) measurements.push(await measure());
  }
  return engines.map(({ engine, measurements }) => ({
    encoder,
    engine,
    medianSeconds: median(measurements.map(({ medianSeconds }) => medianSeconds))!,
    peakBytes: measurements[0].peakBytes,
    peakResidentBytes: median(measurements.map(({ peakResidentBytes }) => peakResidentBytes))!,
  }));
}

async function measureHere(options: StepOptions): Promise<Measurement> {
  const program = compiledProgram('./child.js', import.meta.url);
  const { stdout } = await run(process.execPath, [program, JSON.stringify(options)]);
  return parseJson(
    stdout,
    stepResultSchema,
    `what the benchmark of ${options.precision} printed`,
    'that is a mistake of Inkstone',
  );
}

interface Peer {
  /** "PyTorch 1.13 fp32" */
  readonly engine: string;
  measure(step: Omit<StepOptions, 'precision'>): Promise<Measurement>;
}

/** Undefined when there is none to compare with. */
async function findPeer(python: string, script: string): Promise<Peer | undefined> {
  if (!existsSync(script)) return undefined;
  const version = await run(python, ['-c', 'import torch; print(torch.__version__)']).catch(() => undefined);
  if (version === undefined) return undefined;
  return {
    engine: `PyTorch ${version.stdout.trim()} fp32`,
    measure: async ({ encoder, batch, size, steps }) => {
      const numbers = ['--batch', batch, '--size', size, '--steps', steps].map(String);
      const { stdout } = await run(python, [script, 'bench', '--arch', encoder, ...numbers]);
      const advice = 'name another benchmark with --peer';
      const printed = parseJson(stdout, peerOutput, `what ${script} printed`, advice);
      return {
        medianSeconds: printed.median_step_s,
        peakBytes: undefined,
        peakResidentBytes: printed.peak_rss_mb * MEGABYTE,
      };
    },
  };
}
