import { z } from 'zod';
import { gradientNorm } from '../../nn/index.js';
import type { Parameter } from '../../tensor/index.js';
import type { Metrics } from '../../tracking/index.js';
import type { Callback, Run, StepReport } from '../callback.js';
import { prefixed } from '../metrics.js';

const schema = z.strictObject({
  per_layer: z.boolean().default(false).describe("Also logs the norm of every parameter's gradient."),
  warn_above: z.number().positive().default(100).describe('A norm above this is worth a warning.'),
  warn_below: z.number().positive().default(1e-6).describe('So is one below this.'),
});

type Options = z.output<typeof schema>;

/** Counted since training began. */
interface Counts {
  /** Gradients of parameters that were not finite: overflows of a 16-bit run, or divergence. */
  readonly overflows: number;
  /** Weights whose gradient was smaller than `warn_below`: it vanished on its way, or was rounded to nothing. */
  readonly underflows: number;
}

type Complaint = 'high' | 'low' | 'broken';

/**
 * Logs the gradient's norm before and after clipping, of the whole network and, if asked, of every parameter; counts
 * gradients that over- or underflowed; and warns when the norm explodes or vanishes.
 */
export class GradientMonitorCallback implements Callback {
  readonly name = 'gradient_monitor';
  readonly #warned = new Set<Complaint>();
  #before: Metrics = {};
  #after: Metrics = {};
  #counts: Counts = { overflows: 0, underflows: 0 };

  constructor(readonly options: Options) {}

  onBeforeClip({ parameters }: Run): void {
    this.#before = layerNorms(parameters);
    const norms = Object.values(this.#before);
    const weights = parameters.filter(canUnderflow).map(({ name }) => this.#before[name]!);
    this.#counts = {
      overflows: this.#counts.overflows + norms.filter((norm) => !Number.isFinite(norm)).length,
      underflows: this.#counts.underflows + weights.filter((norm) => norm < this.options.warn_below).length,
    };
  }

  onAfterClip({ parameters }: Run): void {
    if (this.options.per_layer) this.#after = layerNorms(parameters);
  }

  onUpdate(run: Run, { gradientNorm: norm, clippedNorm, skipped, precision }: StepReport): void {
    if (!skipped) this.#warn(run, norm);
    if (!run.logsThisStep) return;
    run.log({
      'train/gradient_norm': norm,
      'train/gradient_norm_clipped': clippedNorm,
      'train/gradient_overflows': this.#counts.overflows,
      'train/gradient_underflows': this.#counts.underflows,
      ...prefixed('train/', precision),
      ...(this.options.per_layer && {
        ...prefixed('gradient/', this.#before),
        ...prefixed('gradient_clipped/', this.#after),
      }),
    });
  }

  /** One warning of a kind a run: a sick run would otherwise drown its own log. */
  #warn(run: Run, norm: number): void {
    const { warn_above, warn_below } = this.options;
    const complaint = complaintAbout(norm, this.options);
    if (complaint === undefined || this.#warned.has(complaint)) return;
    this.#warned.add(complaint);
    const state = {
      high: `above ${warn_above}, most of it in ${this.#largest()}; a lower optimizer.lr or a longer schedule.warmup_steps helps`,
      low: `below ${warn_below}: the network no longer learns, or its gradients underflow`,
      broken: `no number, first in ${this.#broken()}`,
    }[complaint];
    run.terminal.line(`⚠ gradient norm ${norm.toExponential(2)} at step ${run.step} is ${state}`);
  }

  #largest(): string {
    const [name, norm] = Object.entries(this.#before).reduce((a, b) => (b[1] > a[1] ? b : a), ['–', 0]);
    return `${name} (${norm.toExponential(2)})`;
  }

  #broken(): string {
    return Object.keys(this.#before).find((name) => !Number.isFinite(this.#before[name])) ?? '–';
  }

  state(): Counts {
    return this.#counts;
  }

  restore(state: unknown): void {
    this.#counts = state as Counts;
  }
}

export const gradientMonitor = {
  name: 'gradient_monitor',
  schema,
  create: (options: Options) => new GradientMonitorCallback(options),
} as const;

function complaintAbout(norm: number, { warn_above, warn_below }: Options): Complaint | undefined {
  if (!Number.isFinite(norm)) return 'broken';
  if (norm > warn_above) return 'high';
  return norm < warn_below ? 'low' : undefined;
}

/** A bias in front of a batch norm has a gradient of nothing but rounding, by construction; weights have not. */
function canUnderflow({ shape, grad }: Parameter): boolean {
  return grad !== undefined && shape.length > 1;
}

/** L2 norm of each parameter's gradient by its name. */
function layerNorms(parameters: readonly Parameter[]): Metrics {
  return Object.fromEntries(
    parameters.flatMap((parameter) =>
      parameter.grad === undefined ? [] : [[parameter.name, gradientNorm([parameter])]],
    ),
  );
}
