/** Makes what turns gradients into weights, from the configuration of a run. */
import { createPrecision } from '../amp/index.js';
import type { DetectionNetwork } from '../detection/index.js';
import { createOptimizer, createSchedule } from '../nn/index.js';
import { totalSteps, Updater } from '../training/index.js';
import type { RunConfig } from './config.js';

export function buildUpdater(config: RunConfig, module: DetectionNetwork, batchesPerEpoch: number): Updater {
  const { trainer } = config;
  return new Updater({
    module,
    optimizer: createOptimizer(config.optimizer, module.parameters()),
    optimizerName: config.optimizer.name,
    schedule: createSchedule(config.schedule, totalSteps(trainer, batchesPerEpoch)),
    precision: createPrecision(trainer.precision, { arithmetic: trainer.arithmetic }),
    clip: { value: trainer.gradient_clip_val, algorithm: trainer.gradient_clip_algorithm },
    emaDecay: config.ema_decay,
  });
}
