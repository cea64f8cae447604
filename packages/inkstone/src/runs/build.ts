/** Makes the parts of a run from its configuration: network, optimiser, schedule, callbacks, loggers. */
import { join } from 'node:path';
import { createPrecision } from '../amp/index.js';
import { DBNet } from '../detection/index.js';
import {
  Adam,
  AdamW,
  constantSchedule,
  cosineSchedule,
  manualSeed,
  type Optimizer,
  oneCycleSchedule,
  polynomialSchedule,
  type Schedule,
  Sgd,
  withWarmUp,
} from '../nn/index.js';
import type { Parameter } from '../tensor/index.js';
import {
  ConsoleLogger,
  JsonlLogger,
  type Logger,
  TensorBoardLogger,
  type Terminal,
} from '../tracking/index.js';
import { totalSteps, Updater } from '../training/index.js';
import type { ModelConfig, RunConfig } from './config.js';

/** A fresh network: the same weights for the same seed. */
export function buildModel(config: ModelConfig, seed = 0): DBNet {
  manualSeed(seed);
  return new DBNet(config);
}

export function buildUpdater(config: RunConfig, module: DBNet, batchesPerEpoch: number): Updater {
  const { trainer } = config;
  return new Updater({
    module,
    optimizer: buildOptimizer(config.optimizer, module.parameters()),
    schedule: buildSchedule(config.schedule, totalSteps(trainer, batchesPerEpoch)),
    precision: createPrecision(trainer.precision),
    clip: { value: trainer.gradient_clip_val, algorithm: trainer.gradient_clip_algorithm },
    emaDecay: config.ema_decay,
  });
}

function buildOptimizer(config: RunConfig['optimizer'], parameters: readonly Parameter[]): Optimizer {
  const { lr: learningRate, weight_decay: weightDecay, betas, eps: epsilon, momentum, nesterov } = config;
  switch (config.name) {
    case 'adam':
      return new Adam(parameters, { learningRate, weightDecay, betas, epsilon });
    case 'adamw':
      return new AdamW(parameters, { learningRate, weightDecay, betas, epsilon });
    case 'sgd':
      return new Sgd(parameters, { learningRate, weightDecay, momentum, nesterov });
  }
}

function buildSchedule(config: RunConfig['schedule'], steps: number): Schedule {
  const { warmup_steps: warmUp, final_factor: final } = config;
  switch (config.name) {
    case 'constant':
      return withWarmUp(warmUp, constantSchedule());
    case 'cosine':
      return withWarmUp(warmUp, cosineSchedule(steps, final));
    case 'polynomial':
      return withWarmUp(warmUp, polynomialSchedule(steps, config.power));
    case 'one_cycle':
      // Its rise is part of the cycle; without warm-up steps PyTorch's share of 0.3.
      return oneCycleSchedule(steps, warmUp === 0 ? {} : { warmUpShare: Math.min(1, warmUp / steps) });
  }
}

export function buildLoggers(config: RunConfig['logger'], folder: string, terminal: Terminal): Logger[] {
  return [
    ...(config.jsonl ? [new JsonlLogger(folder)] : []),
    ...(config.tensorboard ? [new TensorBoardLogger(join(folder, 'tensorboard'))] : []),
    ...(config.console ? [new ConsoleLogger(terminal)] : []),
  ];
}
