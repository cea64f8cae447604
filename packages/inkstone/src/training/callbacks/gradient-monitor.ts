import { z } from 'zod';
import type { GradientReport, StepReport } from '../../amp/index.js';
import type { Metrics } from '../../tracking/index.js';
import type { Callback, Run } from '../callback.js';

const schema = z
  .strictObject({
    per_layer: z.boolean().default(false).describe("Also logs the norm of every parameter's gradient."),
    warn_above: z.number().positive().default(100).describe('A norm above this is worth a warning.'),
    warn_below: z.number().positive().default(1e-6).describe('So is one below this.'),
  })
  .describe('Logs the norm of the gradient and warns when it explodes or vanishes.');

type Options = z.output<typeof schema>;

/** Counted since training began. */
const stateSchema = z.object({
  /** Gradients of parameters that were not finite: overflows of a 16-bit run, or divergence. */
  overflows: z.int().min(0),
  /** Weights whose gradient was smaller than `warn_below`: it vanished on its way, or was rounded to nothing. */
  underflows: z.int().min(0),
});

type Counts = Readonly<z.output<typeof stateSchema>>;

type Complaint = 'high' | 'low' | 'broken';

/**
 * Logs the gradient's norm before and after clipping, of the whole network and, if asked, of every parameter; counts
 * gradients that over- or underflowed; and warns when the norm explodes or vanishes.
 */
export class GradientMonitorCallback implements Callback {
  readonly name = 'gradient_monitor';
  readonly #warned = new Set<Complaint>();
  #counts: Counts = { overflows: 0, underflows: 0 };

  constructor(readonly options: Options) {}

  onUpdate(run: Run, report: StepReport): void {
    const { gradients, lossScale } = report;
    this.#counts = {
      overflows: this.#counts.overflows + gradients.filter(({ norm }) => !Number.isFinite(norm)).length,
      underflows:
        this.#counts.underflows + gradients.filter((gradient) => this.#hasVanished(gradient)).length,
    };
    if (!report.skipped) this.#warn(run, report);
    if (!run.logsThisStep) return;
    run.log({
      'train/gradient_norm': report.gradientNorm,
      'train/gradient_norm_clipped': report.clippedNorm,
      'train/gradient_overflows': this.#counts.overflows,
      'train/gradient_underflows': this.#counts.underflows,
      ...(lossScale !== undefined && {
        'train/loss_scale': lossScale,
        'train/skipped_steps': report.skippedSteps,
      }),
      ...(this.options.per_layer && perLayer(gradients)),
    });
  }

  /** A bias in front of a batch norm has a gradient of nothing but rounding, by construction; weights have not. */
  #hasVanished({ parameter, norm }: GradientReport): boolean {
    return parameter.shape.length > 1 && norm < this.options.warn_below;
  }

  /** One warning of a kind a run: a sick run would otherwise drown its own log. */
  #warn(run: Run, { gradientNorm: norm, gradients }: StepReport): void {
    const { warn_above, warn_below } = this.options;
    const complaint = complaintAbout(norm, this.options);
    if (complaint === undefined || this.#warned.has(complaint)) return;
    this.#warned.add(complaint);
    const state = {
      high: `above ${warn_above}, most of it in ${largest(gradients)}; a lower optimizer.lr or a longer schedule.warmup_steps helps`,
      low: `below ${warn_below}: the network no longer learns, or its gradients underflow`,
      broken: `no number, first in ${firstBroken(gradients)}`,
    }[complaint];
    run.terminal.line(`⚠ gradient norm ${norm.toExponential(2)} at step ${run.step} is ${state}`);
  }

  state(): Counts {
    return this.#counts;
  }

  restore(state: unknown): void {
    this.#counts = stateSchema.parse(state);
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

function largest(gradients: readonly GradientReport[]): string {
  const [first] = gradients.toSorted((a, b) => b.norm - a.norm);
  return first === undefined ? '–' : `${first.parameter.name} (${first.norm.toExponential(2)})`;
}

function firstBroken(gradients: readonly GradientReport[]): string {
  return gradients.find(({ norm }) => !Number.isFinite(norm))?.parameter.name ?? '–';
}

function perLayer(gradients: readonly GradientReport[]): Metrics {
  return Object.fromEntries([
    ...gradients.map(({ parameter, norm }) => [`gradient/${parameter.name}`, norm]),
    ...gradients.map(({ parameter, clippedNorm }) => [`gradient_clipped/${parameter.name}`, clippedNorm]),
  ]);
}
