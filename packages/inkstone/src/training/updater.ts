/**
 * Turns gradients into new weights: precision, clipping, optimiser, schedule and moving average, in that order, and
 * their state for a checkpoint.
 */

import { z } from 'zod';
import {
  type GradientClip,
  type Precision,
  precisionStateSchema,
  type StepOptions,
  type StepReport,
} from '../amp/index.js';
import {
  type AnyModule,
  MovingAverage,
  type Optimizer,
  type Schedule,
  type StateDict,
  StateDictError,
} from '../nn/index.js';
import type { Parameter, Tape, Tensor } from '../tensor/index.js';
import { GradientSum } from './gradient-sum.js';

export interface UpdaterParts {
  readonly module: AnyModule;
  readonly optimizer: Optimizer;
  /** As `optimizer.name` has it. */
  readonly optimizerName: string;
  readonly schedule: Schedule;
  readonly precision: Precision;
  readonly clip: GradientClip;
  /** 0: none. */
  readonly emaDecay: number;
}

const MODEL = 'model.';
const OPTIMIZER = 'optimizer.';
const AVERAGE = 'average.';

export const updaterStateSchema = z.object({
  precision: precisionStateSchema,
  /** Not in checkpoints that were written before it was. */
  optimizer: z.string().optional(),
  optimizerStep: z.int().min(0),
  averageUpdates: z.int().min(0),
});

type UpdaterState = Readonly<z.output<typeof updaterStateSchema>>;

export class Updater {
  readonly #baseLearningRate: number;
  readonly #average: MovingAverage | undefined;
  /** Of the step at work. */
  readonly gradients: GradientSum;

  constructor(readonly parts: UpdaterParts) {
    this.gradients = new GradientSum(parts.optimizer.parameters);
    this.#baseLearningRate = parts.optimizer.learningRate;
    this.#average = parts.emaDecay > 0 ? new MovingAverage(parts.module, parts.emaDecay) : undefined;
  }

  /** The rate of update number `step`, counted from 0. */
  learningRate(step: number): number {
    return this.#baseLearningRate * this.parts.schedule(step);
  }

  /** Runs a forward pass in the precision's storage types. */
  forward<T>(body: () => T): T {
    return this.parts.precision.forward(body);
  }

  /** Adds `share` of the loss's gradient to that of the step, whose batch number `place` it is. */
  backward(tape: Tape, loss: Tensor, share: number, place: number): void {
    const steps = this.backwardInSteps(tape, loss, share, place);
    while (!steps.next().done);
  }

  /** The same, with a pause at each parameter whose gradient was added. */
  *backwardInSteps(tape: Tape, loss: Tensor, share: number, place: number): Generator<Parameter, void> {
    for (const parameter of this.parts.precision.backwardInSteps(tape, loss, share)) {
      this.gradients.add(parameter, place);
      yield parameter;
    }
  }

  /** Update number `step`, from the gradients that its batches added up. */
  update(step: number, losses: Pick<StepOptions, 'losses' | 'beforeUpdate'>): StepReport {
    const { optimizer, precision, clip } = this.parts;
    this.gradients.give();
    optimizer.learningRate = this.learningRate(step);
    const report = precision.step(optimizer, { clip, ...losses });
    optimizer.zeroGrad();
    if (!report.skipped) this.#average?.update();
    return report;
  }

  /** Runs `body` on the moving average instead of the weights in training, where there is one. */
  async evaluating<T>(body: () => Promise<T>): Promise<T> {
    this.#average?.swap();
    try {
      return await body();
    } finally {
      this.#average?.swap();
    }
  }

  /** What evaluation uses. */
  weights(): StateDict {
    const trained = this.parts.module.stateDict();
    const average = this.#average?.stateDict().tensors ?? [];
    return new Map([...trained, ...average]);
  }

  tensors(): StateDict {
    return new Map([
      ...prefixed(MODEL, this.parts.module.stateDict()),
      ...prefixed(OPTIMIZER, this.parts.optimizer.stateDict().tensors),
      ...prefixed(AVERAGE, this.#average?.stateDict().tensors ?? new Map()),
    ]);
  }

  state(): UpdaterState {
    return {
      precision: this.parts.precision.stateDict(),
      optimizer: this.parts.optimizerName,
      optimizerStep: this.parts.optimizer.stateDict().step,
      averageUpdates: this.#average?.stateDict().updates ?? 0,
    };
  }

  restore(tensors: StateDict, state: UpdaterState): void {
    const name = this.parts.optimizerName;
    const { precision, optimizerStep, averageUpdates, optimizer = name } = state;
    if (optimizer !== name) {
      throw new StateDictError(
        `was written with optimizer.name=${optimizer}, and this run has ${name}; ` +
          `go on with optimizer.name=${optimizer}, or start anew without resume`,
      );
    }
    this.parts.module.loadStateDict(withPrefix(MODEL, tensors));
    this.parts.optimizer.loadStateDict({ step: optimizerStep, tensors: withPrefix(OPTIMIZER, tensors) });
    this.parts.precision.loadStateDict(precision);
    const average = withPrefix(AVERAGE, tensors);
    // An average that the run did not have begins with the weights as they are now.
    this.#average?.loadStateDict(
      average.size > 0
        ? { updates: averageUpdates, tensors: average }
        : { updates: 0, tensors: this.parts.module.stateDict() },
    );
  }

  /** Frees optimiser state and moving average; the module is its maker's. */
  dispose(): void {
    this.gradients.give();
    this.parts.optimizer.zeroGrad();
    this.parts.optimizer.dispose();
    this.#average?.dispose();
  }
}

function prefixed(prefix: string, state: StateDict): StateDict {
  return new Map([...state].map(([name, tensor]) => [prefix + name, tensor]));
}

function withPrefix(prefix: string, state: StateDict): StateDict {
  return new Map(
    [...state].flatMap(([name, tensor]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), tensor] as const] : [],
    ),
  );
}
