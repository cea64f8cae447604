import { InkstoneError } from '../system/index.js';

const NAMES_SHOWN = 5;

/** Halving the loss scale did not stop the overflows: something in the network or the data overflows by itself. */
export class LossScaleError extends InkstoneError {
  readonly scale: number;
  /** Parameters whose gradients were not finite in the last step, in the network's order. */
  readonly parameters: readonly string[];

  constructor(scale: number, parameters: readonly string[]) {
    const shown = parameters.slice(0, NAMES_SHOWN).join(', ');
    const more = parameters.length > NAMES_SHOWN ? ` and ${parameters.length - NAMES_SHOWN} more` : '';
    super(
      `the loss scale sank to ${scale}: gradients overflow whatever the scale, last in ${shown}${more}. ` +
        'Lower the learning rate, or train with trainer.precision=bf16-mixed or 32-true',
    );
    this.scale = scale;
    this.parameters = parameters;
  }
}
