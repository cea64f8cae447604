/**
 * The training loop. It knows batches, steps, epochs, validation and where it is in them; what is trained is the
 * task's business, how gradients become new weights the updater's, what is done with the figures the callbacks'.
 *
 * Everything that decides what happens next is in `RunState` and in the tensors saved beside it, so a run that goes on
 * from a checkpoint ends with the same bits as one that was never stopped.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Precision } from '../amp/index.js';
import { InkstoneError } from '../system/index.js';
import { backend, Tape, type Tensor, tidy } from '../tensor/index.js';
import type { LoggedImage, Metrics, Terminal, Tracker } from '../tracking/index.js';
import type { Callback, Run, ValidationProgress } from './callback.js';
import { type Checkpoint, type ResumeState, saveCheckpoint, type WriteFile } from './checkpoint.js';
import { evaluate } from './evaluate.js';
import { averages, prefixed } from './metrics.js';
import type { TrainerConfig } from './options.js';
import { type BatchSource, limitedLength, type Placed, type Task } from './task.js';
import type { Team, TrainedBatch } from './team.js';
import type { Updater } from './updater.js';

export interface TrainerParts<Batch extends Placed> {
  readonly config: TrainerConfig;
  readonly seed: number;
  readonly task: Task<Batch>;
  readonly updater: Updater;
  /** The ranks that share the batches; undefined where this process has them all. */
  readonly team?: Team | undefined;
  readonly train: BatchSource<Batch>;
  readonly val?: BatchSource<Batch> | undefined;
  readonly callbacks: readonly Callback[];
  readonly tracker: Tracker;
  readonly terminal: Terminal;
  /** Where checkpoints go, and what is written into them about the model, its data and its settings. */
  readonly checkpoints: {
    readonly folder: string;
    readonly write?: WriteFile;
  } & Pick<Checkpoint, 'model' | 'data' | 'config'>;
}

export const OUTCOMES = ['finished', 'stopped', 'interrupted'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export class Trainer<Batch extends Placed> implements Run {
  step = 0;
  epoch = 0;
  batch = 0;
  metrics: Metrics = {};
  /** Why training ended early, if it did. */
  stopReason: string | undefined;
  readonly batchesPerEpoch: number;
  readonly #tape = new Tape();
  /** Batches since the last update, whose losses the update will read. */
  #pending: TrainedBatch<Tensor>[] = [];
  /** Place in the epoch at which the step ends. */
  #stepEnd = 0;
  #validationDue = false;
  /** Somebody wants the run to end. */
  #interruptWanted = false;
  /** It will, on every rank at the same place. */
  #interrupted = false;

  constructor(readonly parts: TrainerParts<Batch>) {
    this.batchesPerEpoch = limitedLength(parts.train.length, parts.config.limit_train_batches);
  }

  get maxEpochs(): number {
    return this.parts.config.max_epochs;
  }

  get maxSteps(): number {
    return totalSteps(this.parts.config, this.batchesPerEpoch);
  }

  get learningRate(): number {
    return this.parts.updater.learningRate(this.step);
  }

  get terminal(): Terminal {
    return this.parts.terminal;
  }

  /** Processes that share the batches. */
  get ranks(): number {
    return this.parts.team?.group.size ?? 1;
  }

  get logsThisStep(): boolean {
    return this.step % this.parts.config.log_every_n_steps === 0;
  }

  log(metrics: Metrics): void {
    this.parts.tracker.log(this.step, metrics);
  }

  logImage(name: string, image: LoggedImage): void {
    this.parts.tracker.logImage(this.step, name, image);
  }

  stop(reason: string): void {
    this.stopReason ??= reason;
  }

  /** Ends training after the current step; a validation at work is cut off and left for whoever resumes. */
  interrupt(): void {
    this.#interruptWanted = true;
    if (this.parts.team === undefined) this.#interrupted = true;
  }

  async fit(): Promise<Outcome> {
    this.#tell((callback) => callback.onFitStart?.(this));
    if (this.step === 0) await this.#sanityCheck();
    // What a run that goes on was stopped in the middle of: the end of its step, and that of its epoch.
    if (this.#validationDue) await this.#endStep();
    this.#endEpoch();
    while (!this.#ends) await this.#trainEpoch();
    for (const callback of this.parts.callbacks) await callback.onFitEnd?.(this);
    if (this.#interrupted) return 'interrupted';
    return this.stopReason === undefined ? 'finished' : 'stopped';
  }

  async #trainEpoch(): Promise<void> {
    if (this.batch === 0) this.#tell((callback) => callback.onEpochStart?.(this));
    if (this.batch < this.batchesPerEpoch) await this.#trainBatches();
    this.#endEpoch();
  }

  #endEpoch(): void {
    if (this.batch < this.batchesPerEpoch || this.#validationDue) return;
    this.#tell((callback) => callback.onEpochEnd?.(this));
    this.epoch += 1;
    this.batch = 0;
  }

  async #trainBatches(): Promise<void> {
    this.#beginStep();
    let waitFrom = performance.now();
    const isOwn = (place: number) => this.#isOwn(place);
    for await (const batch of this.parts.train.epoch(this.epoch, this.batch, isOwn)) {
      // Of the steps before it, the last batches could not be read, or none was this rank's.
      while (batch.index >= this.#stepEnd && !this.#isOver) await this.#completeStep();
      if (this.#isOver) return;
      await this.#trainBatch(batch, (performance.now() - waitFrom) / 1000);
      if (!this.#hasMore) await this.#completeStep();
      if (this.#isOver) return;
      await nextTurn();
      waitFrom = performance.now();
    }
    while (!this.#isOver) await this.#completeStep();
  }

  #isOwn(place: number): boolean {
    const { config, team } = this.parts;
    if (place >= this.batchesPerEpoch) return false;
    return team === undefined || team.owns(place % config.accumulate_grad_batches);
  }

  /** The step has a further batch for this rank. */
  get #hasMore(): boolean {
    return this.batch < this.#stepEnd && this.#isOwn(this.batch);
  }

  /** A step is whole, and none follows it in this epoch. */
  get #isOver(): boolean {
    return this.batch >= this.batchesPerEpoch || (this.#pending.length === 0 && this.#ends);
  }

  /** Forward and backward; gradients add up until the update. */
  async #trainBatch(batch: Batch, waitSeconds: number): Promise<void> {
    const { task, updater, team } = this.parts;
    const start = performance.now();
    const losses = tidy(() => {
      const { loss, parts } = this.#tape.record(() => updater.forward(() => task.loss(batch)));
      return { loss, ...parts };
    });
    const [share, place] = [1 / this.#batchesInStep, batch.index - this.#stepStart];
    this.batch = batch.index + 1;
    if (team === undefined || this.#hasMore) updater.backward(this.#tape, losses.loss, share, place);
    else await team.sendAlong(updater.backwardInSteps(this.#tape, losses.loss, share, place));
    this.#pending.push({ batch: batch.index, losses });
    team?.noteBatch();
    const computeSeconds = (performance.now() - start) / 1000;
    const report = { samples: task.size(batch), waitSeconds, computeSeconds };
    this.#tell((callback) => callback.onBatchEnd?.(this, report));
  }

  /** One optimiser update, the validation that is due after it, and what callbacks do then. */
  async #completeStep(): Promise<void> {
    this.batch = this.#stepEnd;
    await this.#joinRanks();
    if (this.#pending.length > 0) this.#update();
    this.#validationDue = this.#isValidationDue;
    await this.#endStep();
    this.#beginStep();
  }

  /** From here on, every rank has what all of them have. */
  async #joinRanks(): Promise<void> {
    const { team } = this.parts;
    if (team === undefined) return;
    const start = performance.now();
    const { batches, isInterrupted } = await team.endStep(this.#pending, this.#interruptWanted);
    this.#pending = batches;
    this.#interrupted ||= isInterrupted;
    const seconds = (performance.now() - start) / 1000;
    this.#tell((callback) => callback.onExchange?.(this, seconds));
  }

  #beginStep(): void {
    const { accumulate_grad_batches: size } = this.parts.config;
    this.#stepEnd = Math.min((Math.floor(this.batch / size) + 1) * size, this.batchesPerEpoch);
  }

  /** Not to its end when an interruption comes in between: then it is for whoever goes on. */
  async #endStep(): Promise<void> {
    if (this.#validationDue) await this.#validate();
    if (!this.#validationDue) this.#tell((callback) => callback.onStepEnd?.(this));
  }

  #update(): void {
    const report = this.parts.updater.update(this.step, {
      losses: this.#pending.map(({ losses }) => losses),
      beforeUpdate: (losses) => this.#expectFinite(losses),
    });
    for (const { losses } of this.#pending) for (const tensor of Object.values(losses)) tensor.dispose();
    this.#pending = [];
    this.step += 1;
    if (this.logsThisStep) {
      this.log({ epoch: this.epoch, ...prefixed('train/', averages(report.losses)) });
    }
    this.#tell((callback) => callback.onUpdate?.(this, report));
  }

  #expectFinite(losses: readonly Metrics[]): void {
    const { precision } = this.parts.updater.parts;
    if (precision.toleratesOverflow) return;
    for (const [place, { batch }] of this.#pending.entries()) {
      const loss = losses[place]?.loss as number;
      if (!Number.isFinite(loss)) throw new NonFiniteLossError(loss, this, batch, precision);
    }
  }

  async #sanityCheck(): Promise<void> {
    const { val, config } = this.parts;
    const batches = Math.min(config.num_sanity_val_steps, this.#validationBatches);
    if (val !== undefined && batches > 0) await this.#evaluate(val, batches, 'sanity');
  }

  async #validate(): Promise<void> {
    const { val } = this.parts;
    if (val === undefined) return;
    this.#tell((callback) => callback.onValidationStart?.(this));
    const figures = await this.#evaluate(val, this.#validationBatches, 'val');
    if (figures === undefined) return;
    this.#validationDue = false;
    this.metrics = prefixed('val/', figures);
    this.log({ epoch: this.epoch, ...this.metrics });
    for (const callback of this.parts.callbacks) await callback.onValidationEnd?.(this);
  }

  /** Undefined when an interruption came in between. */
  async #evaluate(
    source: BatchSource<Batch>,
    batches: number,
    stage: ValidationProgress['stage'],
  ): Promise<Metrics | undefined> {
    const { task, updater, team } = this.parts;
    // Evaluation needs little of what training steps have free, and much that is not the engine's.
    backend().trimMemory();
    const figures = await updater.evaluating(() =>
      evaluate(task, updater, source, {
        batches,
        group: team?.group,
        isCancelled: () => this.#interruptWanted,
        onBatch: (batch, samples) => {
          const progress = { stage, batch, batches: Math.ceil(batches / this.ranks), samples };
          this.#tell((callback) => callback.onValidationBatchEnd?.(this, progress));
        },
      }),
    );
    if (figures === undefined) this.#interrupted = true;
    return figures;
  }

  /**
   * Writes all that is needed to go on from here. Only between steps: gradients are not part of it. Every rank has the same
   * to write, and the lead does.
   */
  save(name: string): void {
    const { updater, tracker, callbacks, checkpoints, seed, team } = this.parts;
    if (team?.isLead === false) return;
    const checkpoint: Checkpoint = {
      run: {
        step: this.step,
        epoch: this.epoch,
        batch: this.batch,
        validationDue: this.#validationDue,
        seed,
        updater: updater.state(),
        callbacks: Object.fromEntries(
          callbacks.map((callback) => [callback.name, callback.state?.() ?? null]),
        ),
        tracker: tracker.state(),
        metrics: this.metrics,
      },
      weights: updater.weights(),
      state: updater.tensors(),
      model: checkpoints.model,
      data: checkpoints.data,
      config: checkpoints.config,
    };
    saveCheckpoint(checkpoints.folder, name, checkpoint, checkpoints.write);
  }

  resume({ run, state }: ResumeState): void {
    const { updater, tracker, callbacks } = this.parts;
    updater.restore(state, run.updater);
    this.step = run.step;
    this.epoch = run.epoch;
    this.batch = run.batch;
    this.#validationDue = run.validationDue && this.#validationBatches > 0;
    this.metrics = run.metrics;
    tracker.restore(run.step, run.tracker);
    for (const callback of callbacks) {
      const saved = run.callbacks[callback.name];
      if (saved !== undefined && saved !== null) callback.restore?.(saved);
    }
  }

  get #ends(): boolean {
    return (
      this.#interrupted ||
      this.stopReason !== undefined ||
      this.epoch >= this.maxEpochs ||
      this.step >= this.maxSteps
    );
  }

  /** Place in the epoch of the step's first batch. */
  get #stepStart(): number {
    const { accumulate_grad_batches: size } = this.parts.config;
    return Math.floor((this.#stepEnd - 1) / size) * size;
  }

  /** The last step of an epoch may have fewer than the others. */
  get #batchesInStep(): number {
    return this.#stepEnd - this.#stepStart;
  }

  get #validationBatches(): number {
    return limitedLength(this.parts.val?.length ?? 0, this.parts.config.limit_val_batches);
  }

  get #isValidationDue(): boolean {
    const { val_check_interval: interval, check_val_every_n_epoch: everyEpochs } = this.parts.config;
    if (this.#validationBatches === 0) return false;
    const isLastStep = this.step >= this.maxSteps;
    if (interval !== null) {
      const batches = Math.max(1, interval < 1 ? Math.floor(this.batchesPerEpoch * interval) : interval);
      const size = this.parts.config.accumulate_grad_batches;
      // An update may pass over the place itself: due is the first update at or after it.
      const before = Math.floor((this.batch - 1) / size) * size;
      if (Math.floor(this.batch / batches) > Math.floor(before / batches)) return true;
      return isLastStep;
    }
    if (isLastStep) return true;
    const isEpochEnd = this.batch === this.batchesPerEpoch;
    return isEpochEnd && everyEpochs !== null && (this.epoch + 1) % everyEpochs === 0;
  }

  #tell(call: (callback: Callback) => void): void {
    for (const callback of this.parts.callbacks) call(callback);
  }
}

/** Updates in a whole run; the last update of an epoch may average fewer batches than the others. */
export function totalSteps(config: TrainerConfig, batchesPerEpoch: number): number {
  const all = Math.ceil(batchesPerEpoch / config.accumulate_grad_batches) * config.max_epochs;
  return config.max_steps < 0 ? all : Math.min(all, config.max_steps);
}

/** Training diverged: the loss is NaN or infinite although nothing may overflow. */
export class NonFiniteLossError extends InkstoneError {
  constructor(
    loss: number,
    { step, epoch }: Pick<Run, 'step' | 'epoch'>,
    batch: number,
    precision: Pick<Precision, 'name' | 'overflowsUnnoticed'>,
  ) {
    const advice = precision.overflowsUnnoticed
      ? `trainer.precision=${precision.name} lets sums overflow float16; train with trainer=fp16_safe or bf16_safe`
      : 'lower optimizer.lr, raise schedule.warmup_steps, or set trainer.gradient_clip_val';
    super(`the loss became ${loss} at step ${step} (epoch ${epoch}, batch ${batch}); ${advice}`);
  }
}
