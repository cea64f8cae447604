import { z } from 'zod';
import type { StepReport } from '../../amp/index.js';
import { bar, duration } from '../../system/index.js';
import type { BatchReport, Callback, Run, ValidationProgress } from '../callback.js';

/** Weight of the newest batch in the smoothed loss and throughput. */
const SMOOTHING = 0.1;
const BAR_WIDTH = 24;

/** A bar with throughput and time left in a terminal, and a line an epoch everywhere. */
export class ProgressCallback implements Callback {
  readonly name = 'progress';
  /** Smoothed; there is none before the first update. */
  #loss: number | undefined;
  #samplesPerBatch = 0;
  #secondsPerBatch = Number.NaN;
  #epochStart = 0;
  #epochLoss = 0;
  #epochBatches = 0;
  #epochSamples = 0;

  onEpochStart(): void {
    this.#beginEpoch();
  }

  onFitStart(): void {
    this.#beginEpoch();
  }

  onBatchEnd(run: Run, { samples, waitSeconds, computeSeconds }: BatchReport): void {
    this.#secondsPerBatch = smooth(this.#secondsPerBatch, waitSeconds + computeSeconds);
    this.#samplesPerBatch = samples;
    this.#epochSamples += samples * run.ranks;
    this.#draw(run);
  }

  onUpdate(run: Run, { losses }: StepReport): void {
    for (const { loss = Number.NaN } of losses) {
      this.#loss = smooth(this.#loss, loss);
      this.#epochLoss += loss;
      this.#epochBatches += 1;
    }
    this.#draw(run);
  }

  #draw(run: Run): void {
    const left = ((run.batchesPerEpoch - run.batch) * this.#secondsPerBatch) / run.ranks;
    const perSecond = (this.#samplesPerBatch * run.ranks) / this.#secondsPerBatch;
    const loss = this.#loss === undefined ? '' : `loss ${this.#loss.toFixed(4)}  `;
    run.terminal.status(
      `epoch ${run.epoch + 1}/${run.maxEpochs} ${bar(run.batch / run.batchesPerEpoch, BAR_WIDTH)} ` +
        `${run.batch}/${run.batchesPerEpoch}  ${loss}` +
        `${perSecond.toFixed(1)} images/s  ${duration(left)} left`,
    );
  }

  onValidationBatchEnd(run: Run, { stage, batch, batches }: ValidationProgress): void {
    run.terminal.status(`${stage} ${bar(batch / batches, BAR_WIDTH)} ${batch}/${batches}`);
  }

  onEpochEnd(run: Run): void {
    if (this.#epochBatches === 0) return;
    const seconds = (performance.now() - this.#epochStart) / 1000;
    run.terminal.status('');
    run.terminal.line(
      `epoch ${run.epoch + 1}/${run.maxEpochs}  loss ${(this.#epochLoss / this.#epochBatches).toFixed(4)}  ` +
        `${(this.#epochSamples / seconds).toFixed(1)} images/s  ${duration(seconds)}`,
    );
  }

  onFitEnd(run: Run): void {
    run.terminal.status('');
  }

  #beginEpoch(): void {
    this.#epochStart = performance.now();
    this.#epochLoss = 0;
    this.#epochBatches = 0;
    this.#epochSamples = 0;
  }
}

export const progress = {
  name: 'progress',
  schema: z.strictObject({}).describe('Shows a progress bar, and a line an epoch.'),
  create: () => new ProgressCallback(),
} as const;

function smooth(average: number | undefined, value: number): number {
  return average === undefined || Number.isNaN(average) ? value : average + SMOOTHING * (value - average);
}
