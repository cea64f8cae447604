import { z } from 'zod';
import type { Callback, Run } from '../callback.js';

/** Logs `train/learning_rate`, the rate of the next update. */
export class LearningRateCallback implements Callback {
  readonly name = 'learning_rate';

  onUpdate(run: Run): void {
    if (run.logsThisStep) run.log({ 'train/learning_rate': run.learningRate });
  }
}

export const learningRate = {
  name: 'learning_rate',
  schema: z.strictObject({}).describe('Logs the learning rate.'),
  create: () => new LearningRateCallback(),
} as const;
