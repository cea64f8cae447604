/** PyTorch's side of the comparison: a script that does the same step, in each Python that has PyTorch, in every way that it can. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { z } from 'zod';
import { InputError, median, parseJson } from '../../system/index.js';
import type { StepOptions, StepResult } from './step.js';

const run = promisify(execFile);

const DTYPES = ['float32', 'bfloat16'] as const;
const LAYOUTS = ['contiguous', 'channels_last'] as const;

/** What the script prints. */
const outputSchema = z.object({
  version: z.string(),
  /** Of each step. */
  seconds: z.array(z.number()).min(1),
  peakResidentBytes: z.number(),
});

/** What both sides are told; precision is each one's own. */
export type SharedStep = Omit<StepOptions, 'precision'>;

/** One way to run PyTorch. */
export interface Peer {
  /** `PyTorch 2.14.1 bfloat16, channels last` */
  readonly engine: string;
  readonly dtype: (typeof DTYPES)[number];
  /** @param limit milliseconds, after which it is ended and rejects as `execFile` does; 0 for none */
  measure(step: SharedStep, limit?: number): Promise<Omit<StepResult, 'peakBytes'>>;
}

export const isPeer = (engine: string): boolean => engine.startsWith('PyTorch');

/** Every way of every Python of `pythons` that has PyTorch. */
export async function findPeers(script: string, pythons: readonly string[]): Promise<Peer[]> {
  if (!existsSync(script)) throw new InputError(`${script}: there is no such file to run PyTorch with`);
  const versions = await Promise.all(
    pythons.map((python) =>
      run(python, ['-c', 'import torch; print(torch.__version__)']).then(
        ({ stdout }) => stdout.trim(),
        () => undefined,
      ),
    ),
  );
  return pythons.flatMap((python, index) => {
    const version = versions[index];
    if (version === undefined) return [];
    return DTYPES.flatMap((dtype) =>
      LAYOUTS.map((layout) => ({
        engine: `PyTorch ${version} ${dtype}, ${layout.replace('_', ' ')}`,
        dtype,
        measure: (step: SharedStep, limit?: number) =>
          measure(python, script, { ...step, dtype, layout }, limit),
      })),
    );
  });
}

/** Where a processor has no instructions for a type, a step of it can take minutes, and shows no more than that. */
const HOPELESS = 3;
/** What starting may take one Python longer than another: the newer PyTorch loads in several times the time of the older. */
const START_MILLISECONDS = 30_000;
const TRIAL_STEPS = 2;

/**
 * Of each type the one that is fastest in a short trial of the very step: with fewer images another can win. What takes more than
 * `HOPELESS` times as long as the quickest, and more than a slow start explains, is ended and left out.
 */
export async function fastestPeers(peers: readonly Peer[], step: SharedStep): Promise<Peer[]> {
  const trials: { readonly peer: Peer; readonly seconds: number; readonly milliseconds: number }[] = [];
  for (const peer of peers) {
    const start = performance.now();
    const limit =
      trials.length === 0
        ? 0
        : START_MILLISECONDS + HOPELESS * Math.min(...trials.map((trial) => trial.milliseconds));
    const result = await peer.measure({ ...step, steps: TRIAL_STEPS }, limit).catch((error: unknown) => {
      if (!(error as { killed?: boolean }).killed) throw error;
    });
    if (result === undefined) continue;
    trials.push({ peer, seconds: result.medianSeconds, milliseconds: performance.now() - start });
  }
  return DTYPES.flatMap((dtype) => {
    const [best] = trials
      .filter(({ peer }) => peer.dtype === dtype)
      .sort((one, other) => one.seconds - other.seconds);
    return best === undefined ? [] : [best.peer];
  });
}

async function measure(
  python: string,
  script: string,
  options: Readonly<Record<string, string | number>>,
  limit = 0,
): Promise<Omit<StepResult, 'peakBytes'>> {
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const { stdout } = await run(python, [script, ...args], { timeout: Math.ceil(limit) });
  const printed = parseJson(
    stdout,
    outputSchema,
    `what ${script} printed`,
    'name another script with --peer',
  );
  return { medianSeconds: median(printed.seconds)!, peakResidentBytes: printed.peakResidentBytes };
}
