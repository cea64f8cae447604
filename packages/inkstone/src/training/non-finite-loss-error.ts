import { InkstoneError } from '../system/index.js';

/** Training diverged: the loss is NaN or infinite although nothing may overflow. */
export class NonFiniteLossError extends InkstoneError {
  constructor(loss: number, step: number, epoch: number, batch: number) {
    super(
      `the loss became ${loss} at step ${step} (epoch ${epoch}, batch ${batch}); lower optimizer.lr, ` +
        'raise schedule.warmup_steps, or set trainer.gradient_clip_val',
    );
  }
}
