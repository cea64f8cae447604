/** A tiny task for tests of the loop: a 3×3 convolution that learns to copy another one. */

import { createPrecision, type GradScalerOptions, type Precision } from '../amp/index.js';
import type { Group } from '../distributed/index.js';
import {
  BatchNorm2d,
  Conv2d,
  createOptimizer,
  createSchedule,
  manualSeed,
  optimizerSchema,
  Random,
  Sequential,
  scheduleSchema,
} from '../nn/index.js';
import { cast, maskedL1, noGrad, storageTypes, Tensor, tidy } from '../tensor/index.js';
import { type Logger, type Metrics, Terminal, Tracker } from '../tracking/index.js';
import type { Callback } from './callback.js';
import { type TrainerConfig, trainerSchema } from './options.js';
import type { BatchSource, Task } from './task.js';
import { Team } from './team.js';
import { Trainer } from './trainer.js';
import { Updater } from './updater.js';
import type { Wire } from './wire.js';

export interface TinyBatch {
  readonly index: number;
  readonly images: Float32Array;
  readonly targets: Float32Array;
}

const SIDE = 6;
const BATCH = 2;
const PIXELS = BATCH * SIDE * SIDE;

/**
 * `length` batches an epoch; batch `index` of `epoch` has its own random numbers, as the data room's have. Those of
 * `unreadable` are left out.
 */
export function tinySource(
  length: number,
  seed = 1,
  unreadable: readonly number[] = [],
): BatchSource<TinyBatch> {
  return {
    length,
    async *epoch(epoch, start, wanted = () => true) {
      for (let index = start; index < length; index += 1) {
        if (unreadable.includes(index) || !wanted(index)) continue;
        const random = new Random(seed * 1_000_000 + epoch * 1000 + index);
        const images = Float32Array.from({ length: PIXELS }, () => gaussian(random));
        yield { index, images, targets: images.map((value) => 0.5 * value + 0.1) };
      }
    },
  };
}

/** By Box and Muller. */
function gaussian(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.uniform()));
  return radius * Math.cos(2 * Math.PI * random.uniform());
}

export class TinyTask implements Task<TinyBatch, number> {
  readonly module: Conv2d | Sequential;

  /** @param norm puts a batch norm behind the convolution */
  constructor(norm = false) {
    const convolution = new Conv2d(1, 1, { kernel: 3 });
    this.module = norm ? new Sequential(convolution, new BatchNorm2d(1)) : convolution;
  }

  size(): number {
    return BATCH;
  }

  loss({ images, targets }: TinyBatch) {
    const shape = [BATCH, SIDE, SIDE, 1];
    const output = this.module.call(Tensor.from(images, shape, storageTypes().activations));
    const mask = Tensor.from(new Float32Array(PIXELS).fill(1), shape);
    const loss = maskedL1(cast(output, storageTypes().logits), Tensor.from(targets, shape), mask);
    return { loss, parts: { loss_l1: loss } };
  }

  evaluation(precision: Pick<Precision, 'forward'>) {
    let error = 0;
    let batches = 0;
    return {
      find: (batch: TinyBatch) =>
        tidy(() => noGrad(() => precision.forward(() => this.loss(batch).loss.item()))),
      add: (loss: number) => {
        error += loss;
        batches += 1;
      },
      result: () => ({ hmean: 1 / (1 + error / batches), error: error / batches }),
    };
  }
}

export interface TinyRun {
  readonly trainer: Trainer<TinyBatch>;
  readonly task: TinyTask;
  readonly rows: [number, Metrics][];
}

export interface TinyOptions {
  readonly folder: string;
  readonly trainer?: Partial<TrainerConfig>;
  readonly optimizer?: 'adam' | 'adamw' | 'sgd';
  readonly precision?: string;
  readonly scaler?: GradScalerOptions;
  readonly callbacks?: readonly Callback[];
  readonly emaDecay?: number;
  readonly trainBatches?: number;
  readonly valBatches?: number;
  /** Puts a batch norm into the network. */
  readonly norm?: boolean;
  readonly group?: Group | undefined;
  readonly wire?: Wire;
  /** Places of training batches none of whose files can be read. */
  readonly unreadable?: readonly number[];
  readonly loggers?: readonly Logger[];
  readonly schedule?: 'constant' | 'cosine';
}

export function tinyRun(options: TinyOptions): TinyRun {
  manualSeed(3);
  const task = new TinyTask(options.norm);
  const rows: [number, Metrics][] = [];
  const recorder: Logger = {
    logMetrics: (step, metrics) => rows.push([step, { ...metrics }]),
  };
  const config = { ...trainerSchema.parse({}), max_epochs: 3, log_every_n_steps: 1, ...options.trainer };
  const total = config.max_epochs * (options.trainBatches ?? 5);
  const optimizer = options.optimizer ?? 'adam';
  const updater = new Updater({
    module: task.module,
    optimizer: createOptimizer(
      optimizerSchema.parse({ name: optimizer, lr: 0.05 }),
      task.module.parameters(),
    ),
    optimizerName: optimizer,
    schedule: createSchedule(
      scheduleSchema.parse({ name: options.schedule ?? 'cosine', warmup_steps: 0 }),
      total,
    ),
    precision: createPrecision(options.precision ?? '32-true', options.scaler),
    clip: { value: config.gradient_clip_val, algorithm: config.gradient_clip_algorithm },
    emaDecay: options.emaDecay ?? 0,
  });
  const { group } = options;
  const trainer = new Trainer({
    config,
    seed: 3,
    task,
    updater,
    team: group && new Team(group, updater, config.accumulate_grad_batches, options.wire),
    train: tinySource(options.trainBatches ?? 5, 1, options.unreadable),
    val: tinySource(options.valBatches ?? 2, 2),
    callbacks: options.callbacks ?? [],
    tracker: new Tracker([recorder, ...(options.loggers ?? [])]),
    terminal: new Terminal({ isTTY: false, write: () => true } as unknown as NodeJS.WriteStream),
    checkpoints: { folder: options.folder, model: { name: 'tiny' }, data: {}, config: {} },
  });
  return { trainer, task, rows };
}
