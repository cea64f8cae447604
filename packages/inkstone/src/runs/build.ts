/** Makes the parts of a run from its configuration: network and updater. */
import { createPrecision } from '../amp/index.js';
import { DBNet, type DbnetOptions } from '../detection/index.js';
import { createOptimizer, createSchedule, manualSeed } from '../nn/index.js';
import { totalSteps, Updater } from '../training/index.js';
import type { RunConfig } from './config.js';

/** A fresh network: the same weights for the same seed. */
export function buildModel(config: DbnetOptions, seed = 0): DBNet {
  manualSeed(seed);
  return new DBNet(config);
}

export function buildUpdater(config: RunConfig, module: DBNet, batchesPerEpoch: number): Updater {
  const { trainer } = config;
  return new Updater({
    module,
    optimizer: createOptimizer(config.optimizer, module.parameters()),
    optimizerName: config.optimizer.name,
    schedule: createSchedule(config.schedule, totalSteps(trainer, batchesPerEpoch)),
    precision: createPrecision(trainer.precision),
    clip: { value: trainer.gradient_clip_val, algorithm: trainer.gradient_clip_algorithm },
    emaDecay: config.ema_decay,
  });
}
