import { backend } from '../../tensor/index.js';
import type { Callback, Run, StepReport } from '../callback.js';
import type { CallbacksConfig } from '../config.js';
import { prefixed } from '../metrics.js';

type Options = NonNullable<CallbacksConfig['gradient_monitor']>;

/**
 * Logs the gradient's norm before and after clipping and the updates skipped because of an overflow, and warns when
 * the norm explodes or vanishes.
 */
export class GradientMonitorCallback implements Callback {
  readonly name = 'gradient_monitor';
  #warned = false;
  #layers: Readonly<Record<string, number>> = {};

  constructor(readonly options: Options) {}

  onBeforeUpdate(run: Run): void {
    if (this.options.per_layer) this.#layers = layerNorms(run);
  }

  onUpdate(run: Run, { gradientNorm, clippedNorm, skipped, precision }: StepReport): void {
    if (!skipped) this.#warn(run, gradientNorm);
    if (!run.logsThisStep) return;
    run.log({
      'train/gradient_norm': gradientNorm,
      'train/gradient_norm_clipped': clippedNorm,
      ...prefixed('train/', precision),
      ...prefixed('gradient/', this.#layers),
    });
  }

  /** One warning a run: a sick run would otherwise drown its own log. */
  #warn(run: Run, norm: number): void {
    const { warn_above, warn_below } = this.options;
    if (this.#warned || (norm <= warn_above && norm >= warn_below)) return;
    this.#warned = true;
    const state = norm > warn_above ? `above ${warn_above}` : `below ${warn_below}`;
    run.terminal.line(
      `⚠ gradient norm ${norm.toExponential(2)} at step ${run.step} is ${state}; ` +
        'callbacks.gradient_monitor.per_layer=true logs which layers it comes from',
    );
  }
}

/** L2 norm of each parameter's gradient by its name. */
function layerNorms(run: Run): Readonly<Record<string, number>> {
  return Object.fromEntries(
    run.parameters.flatMap(({ name, grad }) =>
      grad === undefined ? [] : [[name, Math.sqrt(backend().sumOfSquares(grad.storage))]],
    ),
  );
}
