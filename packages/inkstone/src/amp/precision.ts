/**
 * Precision as one object with the hooks a training step has: forward, backward, step. Whoever trains calls them and
 * never asks which precision it is (the manner of Lightning Fabric's precision plugins).
 */
import { z } from 'zod';
import type { Optimizer } from '../nn/index.js';
import {
  backend,
  multipliesHalves,
  type Parameter,
  type StorageTypes,
  type Tape,
  type Tensor,
  withStorageTypes,
} from '../tensor/index.js';
import { GradScaler, type GradScalerOptions, gradScalerStateSchema } from './grad-scaler.js';
import { type Losses, readFigures, type StepReport } from './step-report.js';

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
  .pipe(z.enum(PRECISION_NAMES, { error: `must be one of ${PRECISION_NAMES.join(', ')}` }))
  // What editors and the guide are told: the check of the first step says nothing of itself.
  .meta({ type: 'string', enum: PRECISION_NAMES });

const DOUBLE_REFUSED =
  'is not offered: there are no float64 kernels, and DBNet gains nothing from them; "32-true" sums in fp32 and keeps ' +
  'master weights in fp32. For float64 arithmetic there is INKSTONE_BACKEND=reference, made for tests';

/** What `trainer.arithmetic` may be. `auto` is `half` where the processor multiplies halves, else `storage`. */
export const arithmeticSchema = z.enum(['auto', 'storage', 'half']);

export type ArithmeticName = z.output<typeof arithmeticSchema>;

/** bfloat16 is all that is multiplied as halves: fp16 would lose range or digits in it, and fp32 more. */
const canMultiplyHalves = (precision: PrecisionName): boolean =>
  RECIPES[precision].types.activations === 'bfloat16';

/** Decides `auto` for this machine. It stays where a precision leaves nothing to decide. */
export function decideArithmetic(precision: PrecisionName, arithmetic: ArithmeticName): ArithmeticName {
  if (arithmetic !== 'auto' || !canMultiplyHalves(precision)) return arithmetic;
  return multipliesHalves() ? 'half' : 'storage';
}

/** Keeps a gradient of norm just above the limit from a division by zero, as in PyTorch. */
const NORM_EPSILON = 1e-6;

export interface GradientClip {
  /** `norm`: scale all gradients so that their common norm is at most `value`. `value`: limit each number to ±`value`. */
  readonly algorithm: 'norm' | 'value';
  /** 0 or less: no clipping. */
  readonly value: number;
}

export interface PrecisionOptions extends GradScalerOptions {
  /** Default: `auto`. */
  readonly arithmetic?: ArithmeticName;
}

export interface StepOptions {
  readonly clip?: GradientClip | undefined;
  /** Losses of the step's batches, scalars still on the backend: they come back as numbers in the report. */
  readonly losses?: readonly Losses<Tensor>[];
  /** Is shown those numbers before anything changes, and may throw. */
  readonly beforeUpdate?: (losses: readonly Losses<number>[]) => void;
}

/** What a checkpoint keeps. */
export const precisionStateSchema = z.object({ scaler: gradScalerStateSchema.optional() });

export type PrecisionState = Readonly<z.output<typeof precisionStateSchema>>;

export class Precision {
  readonly name: PrecisionName;
  readonly types: StorageTypes;
  /** Present when this precision scales the loss. */
  readonly scaler: GradScaler | undefined;

  constructor(name: PrecisionName, { arithmetic = 'auto', ...scaler }: PrecisionOptions = {}) {
    const { types, scalesLoss } = RECIPES[name];
    this.name = name;
    const isHalf = canMultiplyHalves(name) && decideArithmetic(name, arithmetic) === 'half';
    this.types = { ...types, arithmetic: isHalf ? 'half' : 'storage' };
    this.scaler = scalesLoss ? new GradScaler(scaler) : undefined;
  }

  /** Runs a forward pass in this precision's storage types. */
  forward<T>(body: () => T): T {
    return withStorageTypes(this.types, body);
  }

  /** Backward pass from the loss times `factor` (1 / accumulated batches), scaled if this precision does. */
  backward(tape: Tape, loss: Tensor, factor = 1): void {
    tape.backward(loss, this.#scaled(factor));
  }

  /** The same, with a pause at each parameter whose gradient is whole. */
  backwardInSteps(tape: Tape, loss: Tensor, factor = 1): Generator<Parameter, void> {
    return tape.backwardInSteps(loss, this.#scaled(factor));
  }

  #scaled(factor: number): number {
    return factor * (this.scaler?.scale ?? 1);
  }

  /**
   * One update: reads the step's figures, then unscales, clips and steps, or skips; and chooses the next scale.
   *
   * @throws LossScaleError when overflows have pushed the scale below 1
   */
  step(optimizer: Optimizer, { clip, losses = [], beforeUpdate }: StepOptions = {}): StepReport {
    const scale = this.scaler?.scale ?? 1;
    const parameters = optimizer.parameters.filter(({ grad }) => grad !== undefined);
    const limit = clipsBy('value', clip) ? clip.value : undefined;
    const figures = readFigures(losses, parameters, limit && limit * scale);
    beforeUpdate?.(figures.losses);

    const norm = norms(figures.squares, scale);
    const wanted = clipsBy('norm', clip) ? clip.value / (norm.all + NORM_EPSILON) : 1;
    const isTooLong = wanted < 1; // not so of NaN
    const factor = isTooLong ? wanted : 1;
    const clipped = norms(figures.limitedSquares, scale);
    const overflowing = parameters.filter((_, index) => !Number.isFinite(norm.each[index]));
    const skipped = this.scaler !== undefined && overflowing.length > 0;
    if (!skipped) {
      const unscaling = factor / scale;
      for (const { grad } of parameters) {
        if (unscaling !== 1) backend().scale(grad!.storage, unscaling);
        if (limit !== undefined) backend().clamp(grad!.storage, limit);
      }
      optimizer.step();
    }
    this.scaler?.update(overflowing.map(({ name }) => name));
    return {
      losses: figures.losses,
      gradientNorm: norm.all,
      clippedNorm: clipped.all * factor,
      gradients: parameters.map((parameter, index) => ({
        parameter,
        norm: norm.each[index]!,
        clippedNorm: clipped.each[index]! * factor,
      })),
      skipped,
      skippedSteps: this.scaler?.skippedSteps ?? 0,
      lossScale: this.scaler?.scale,
    };
  }

  /** Values beyond 65504 are infinite in it, and nothing notices. */
  get overflowsUnnoticed(): boolean {
    return this.types.logits === 'float16' && this.scaler === undefined;
  }

  /** An overflow is noticed and its step skipped, so a loss that is not finite is no reason to stop. */
  get toleratesOverflow(): boolean {
    return this.scaler !== undefined;
  }

  stateDict(): PrecisionState {
    return this.scaler ? { scaler: this.scaler.stateDict() } : {};
  }

  /** A state without a scaler (saved in another precision) leaves the scaler as it is. */
  loadStateDict({ scaler }: PrecisionState): void {
    if (scaler) this.scaler?.loadStateDict(scaler);
  }
}

/** The precision of that name. Throws with a reason for those that Inkstone does not have. */
export function createPrecision(name: string, options?: PrecisionOptions): Precision {
  const known = precisionSchema.safeParse(name);
  if (known.success) return new Precision(known.data, options);
  throw new RangeError(`the precision "${name}" ${known.error.issues[0]?.message}`);
}

function clipsBy(algorithm: GradientClip['algorithm'], clip: GradientClip | undefined): clip is GradientClip {
  return clip !== undefined && clip.value > 0 && clip.algorithm === algorithm;
}

/** True norms from sums of squares of gradients that carry the loss scale. */
function norms(
  squares: readonly number[],
  scale: number,
): { readonly all: number; readonly each: readonly number[] } {
  const all = Math.sqrt(squares.reduce((sum, square) => sum + square, 0)) / scale;
  return { all, each: squares.map((square) => Math.sqrt(square) / scale) };
}
