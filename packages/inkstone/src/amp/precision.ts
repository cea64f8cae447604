/**
 * Precision as one object with the hooks a training step has: forward, backward, step. Whoever trains calls them and
 * never asks which precision it is (the manner of Lightning Fabric's precision plugins).
 */
import { z } from 'zod';
import { clipGradientNorm, clipGradientValue, gradientNorm, type Optimizer } from '../nn/index.js';
import type { StorageTypes, Tape, Tensor } from '../tensor/index.js';
import { autocast } from './autocast.js';
import { GradScaler, type GradScalerOptions, type GradScalerState } from './grad-scaler.js';

interface Recipe {
  readonly types: StorageTypes;
  readonly scalesLoss: boolean;
}

const RECIPES = {
  '32-true': { types: { activations: 'float32', logits: 'float32' }, scalesLoss: false },
  '16-mixed': { types: { activations: 'float16', logits: 'float32' }, scalesLoss: true },
  // bfloat16 has float32's range, so nothing under- or overflows that would not in float32.
  'bf16-mixed': { types: { activations: 'bfloat16', logits: 'float32' }, scalesLoss: false },
  // A demonstration of what goes wrong: no loss scale, and the logits, step and losses in half precision.
  '16-unsafe': { types: { activations: 'float16', logits: 'float16' }, scalesLoss: false },
} as const satisfies Record<string, Recipe>;

export type PrecisionName = keyof typeof RECIPES;

export const PRECISION_NAMES = Object.keys(RECIPES) as PrecisionName[];

/** What `trainer.precision` may be, and why it may not be what Lightning users know besides. */
export const precisionSchema = z
  .unknown()
  .superRefine((value, context) => {
    if (value === '64-true') context.addIssue({ code: 'custom', message: DOUBLE_REFUSED });
  })
  .pipe(z.enum(PRECISION_NAMES, { error: `must be one of ${PRECISION_NAMES.join(', ')}` }));

const DOUBLE_REFUSED =
  'is not offered: there are no float64 kernels, and DBNet gains nothing from them; "32-true" sums in fp32 and keeps ' +
  'master weights in fp32. For float64 arithmetic there is INKSTONE_BACKEND=reference, made for tests';

export interface GradientClip {
  /** `norm`: scale all gradients so that their common norm is at most `value`. `value`: limit each number to ±`value`. */
  readonly algorithm: 'norm' | 'value';
  /** 0 or less: no clipping. */
  readonly value: number;
}

export interface StepOptions {
  readonly clip?: GradientClip | undefined;
  /** Called with true gradients (unscaled, not yet clipped), e.g. to look at them. */
  readonly beforeClip?: (() => void) | undefined;
  /** Called with the gradients that the optimiser is about to use. */
  readonly afterClip?: (() => void) | undefined;
}

export interface StepReport {
  /** False when the step was skipped because a gradient overflowed. */
  readonly updated: boolean;
  /** Norm of all gradients, unscaled, before clipping. */
  readonly gradientNorm: number;
}

export class Precision {
  readonly name: PrecisionName;
  readonly types: StorageTypes;
  /** Present when this precision scales the loss. */
  readonly scaler: GradScaler | undefined;

  constructor(name: PrecisionName, scaler?: GradScalerOptions) {
    const { types, scalesLoss } = RECIPES[name];
    this.name = name;
    this.types = types;
    this.scaler = scalesLoss ? new GradScaler(scaler) : undefined;
  }

  /** Runs a forward pass in this precision's storage types. */
  forward<T>(body: () => T): T {
    return autocast(this.types, body);
  }

  /** Backward pass from the loss times `factor` (1 / accumulated batches), scaled if this precision does. */
  backward(tape: Tape, loss: Tensor, factor = 1): void {
    tape.backward(loss, factor * (this.scaler?.scale ?? 1));
  }

  /**
   * One update: unscale, look, clip, then step or skip, and choose the next scale.
   *
   * @throws LossScaleError when overflows have pushed the scale below 1
   */
  step(optimizer: Optimizer, { clip, beforeClip, afterClip }: StepOptions = {}): StepReport {
    this.scaler?.unscale(optimizer);
    beforeClip?.();
    const norm = clipGradients(optimizer, clip);
    afterClip?.();
    if (!this.scaler) {
      optimizer.step();
      return { updated: true, gradientNorm: norm };
    }
    const updated = this.scaler.step(optimizer);
    this.scaler.update();
    return { updated, gradientNorm: norm };
  }

  /** An overflow is noticed and its step skipped, so a loss that is not finite is no reason to stop. */
  get toleratesOverflow(): boolean {
    return this.scaler !== undefined;
  }

  /** For the log: nothing, or the loss scale and the steps skipped so far. */
  metrics(): Readonly<Record<string, number>> {
    if (!this.scaler) return {};
    return { loss_scale: this.scaler.scale, skipped_steps: this.scaler.skippedSteps };
  }

  stateDict(): { readonly scaler?: GradScalerState } {
    return this.scaler ? { scaler: this.scaler.stateDict() } : {};
  }

  /** A state without a scaler (saved in another precision) leaves the scaler as it is. */
  loadStateDict({ scaler }: { readonly scaler?: GradScalerState }): void {
    if (scaler) this.scaler?.loadStateDict(scaler);
  }
}

/** The precision of that name. Throws with a reason for those that Inkstone does not have. */
export function createPrecision(name: string, scaler?: GradScalerOptions): Precision {
  const known = precisionSchema.safeParse(name);
  if (known.success) return new Precision(known.data, scaler);
  throw new RangeError(`the precision "${name}" ${known.error.issues[0]?.message}`);
}

/** Clips and returns the norm from before. */
function clipGradients({ parameters }: Optimizer, clip: GradientClip | undefined): number {
  if (!clip || clip.value <= 0) return gradientNorm(parameters);
  if (clip.algorithm === 'norm') return clipGradientNorm(parameters, clip.value);
  const norm = gradientNorm(parameters);
  clipGradientValue(parameters, clip.value);
  return norm;
}
