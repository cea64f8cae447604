/**
 * Dynamic loss scaling, step for step as PyTorch's `torch.cuda.amp.GradScaler` (later `torch.amp.GradScaler`).
 *
 * A gradient smaller than 6e-8 is zero in float16. Multiplying the loss lifts all gradients into range; `Precision.step`
 * divides them again before anybody looks at them. This class decides how large the scale is. The largest that does not overflow is found by trying: it doubles
 * after `growthInterval` clean steps, and halves on every overflow, whose step is skipped.
 */
import { z } from 'zod';
import { LossScaleError } from './loss-scale-error.js';

export interface GradScalerOptions {
  /** Default 65536. */
  readonly initScale?: number;
  /** Default 2. */
  readonly growthFactor?: number;
  /** Default 0.5. */
  readonly backoffFactor?: number;
  /** Clean steps in a row before the scale grows. Default 2000. */
  readonly growthInterval?: number;
}

/** What a checkpoint keeps, under PyTorch's names. */
export const gradScalerStateSchema = z.object({
  scale: z.number().positive(),
  growth_factor: z.number().gt(1),
  backoff_factor: z.number().positive().lt(1),
  growth_interval: z.int().min(1),
  _growth_tracker: z.int().min(0),
  /** Ours: steps skipped since training began. */
  skipped_steps: z.int().min(0),
});

export type GradScalerState = Readonly<z.output<typeof gradScalerStateSchema>>;

/** Below this the scale makes small gradients smaller: the overflow is not the scale's fault. */
const SMALLEST_SCALE = 1;

export class GradScaler {
  #scale: number;
  #growthFactor: number;
  #backoffFactor: number;
  #growthInterval: number;
  #growthTracker = 0;
  #skippedSteps = 0;

  constructor(options: GradScalerOptions = {}) {
    const { initScale = 65536, growthFactor = 2, backoffFactor = 0.5, growthInterval = 2000 } = options;
    if (growthFactor <= 1) throw new RangeError(`growthFactor must be above 1, got ${growthFactor}`);
    if (backoffFactor >= 1) throw new RangeError(`backoffFactor must be below 1, got ${backoffFactor}`);
    this.#scale = Math.fround(initScale);
    this.#growthFactor = growthFactor;
    this.#backoffFactor = backoffFactor;
    this.#growthInterval = growthInterval;
  }

  /** What the loss is multiplied by before backward. */
  get scale(): number {
    return this.#scale;
  }

  /** Clean steps since the scale last changed. */
  get growthTracker(): number {
    return this.#growthTracker;
  }

  /** Steps skipped because of an overflow, since training began. */
  get skippedSteps(): number {
    return this.#skippedSteps;
  }

  /**
   * Chooses the scale of the next step.
   *
   * @param overflowing names of the parameters whose gradients were not finite: there are any when the step was skipped
   * @throws LossScaleError when overflows have pushed the scale below 1
   */
  update(overflowing: readonly string[]): void {
    if (overflowing.length > 0) {
      this.#skippedSteps++;
      this.#growthTracker = 0;
      this.#scale = Math.fround(this.#scale * this.#backoffFactor);
      if (this.#scale < SMALLEST_SCALE) throw new LossScaleError(this.#scale, overflowing);
      return;
    }
    this.#growthTracker++;
    if (this.#growthTracker < this.#growthInterval) return;
    this.#growthTracker = 0;
    const grown = Math.fround(this.#scale * this.#growthFactor);
    if (Number.isFinite(grown)) this.#scale = grown;
  }

  stateDict(): GradScalerState {
    return {
      scale: this.#scale,
      growth_factor: this.#growthFactor,
      backoff_factor: this.#backoffFactor,
      growth_interval: this.#growthInterval,
      _growth_tracker: this.#growthTracker,
      skipped_steps: this.#skippedSteps,
    };
  }

  loadStateDict(state: GradScalerState): void {
    this.#scale = state.scale;
    this.#growthFactor = state.growth_factor;
    this.#backoffFactor = state.backoff_factor;
    this.#growthInterval = state.growth_interval;
    this.#growthTracker = state._growth_tracker;
    this.#skippedSteps = state.skipped_steps;
  }
}
