/** Makes what calculates and what turns gradients into weights, from the configuration of a run. */
import { createPrecision, type Precision } from '../amp/index.js';
import type { DetectionNetwork } from '../detection/index.js';
import { createOptimizer, createSchedule } from '../nn/index.js';
import { totalSteps, Updater } from '../training/index.js';
import type { RunConfig } from './config.js';

/** What a run calculates in, whoever uses its weights. */
export function precisionOf({ trainer }: Pick<RunConfig, 'trainer'>): Precision {
  return createPrecision(trainer.precision, { arithmetic: trainer.arithmetic });
}

export function buildUpdater(config: RunConfig, module: DetectionNetwork, batchesPerEpoch: number): Updater {
  const { trainer } = config;
  return new Updater({
    module,
    optimizer: createOptimizer(config.optimizer, module.parameters()),
    optimizerName: config.optimizer.name,
    schedule: createSchedule(config.schedule, totalSteps(trainer, batchesPerEpoch)),
    precision: precisionOf(config),
    clip: { value: trainer.gradient_clip_val, algorithm: trainer.gradient_clip_algorithm },
    emaDecay: config.ema_decay,
  });
}
