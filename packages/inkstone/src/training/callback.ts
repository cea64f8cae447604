import type { StepReport } from '../amp/index.js';
import type { LoggedImage, Metrics, Terminal } from '../tracking/index.js';

/** What callbacks see of a run, and what they may ask of it. */
export interface Run {
  /** Optimiser updates made. */
  readonly step: number;
  /** The epoch at work, counted from 0. */
  readonly epoch: number;
  /** Batches of this epoch already used. */
  readonly batch: number;
  readonly batchesPerEpoch: number;
  readonly maxEpochs: number;
  /** Processes that share the batches of the run; reports of batches are of this one's. */
  readonly ranks: number;
  readonly learningRate: number;
  /** The last validation's metrics by full name (`val/hmean`); empty before the first. */
  readonly metrics: Metrics;
  readonly terminal: Terminal;
  /** Joins the row of the current step. */
  log(metrics: Metrics): void;
  logImage(name: string, image: LoggedImage): void;
  /** Whether training figures of the current step are to be logged (`trainer.log_every_n_steps`). */
  readonly logsThisStep: boolean;
  /** Writes a checkpoint under this name. */
  save(name: string): void;
  /** Ends training after the current step. */
  stop(reason: string): void;
}

export interface BatchReport {
  readonly samples: number;
  /** Seconds that training waited for the batch, and seconds that it then computed. */
  readonly waitSeconds: number;
  readonly computeSeconds: number;
}

export interface ValidationProgress {
  readonly stage: 'sanity' | 'val' | 'test';
  readonly batch: number;
  readonly batches: number;
  readonly samples: number;
}

/** Hooks into a run, all optional. They are called in the order of the callbacks; none may change a gradient. */
export interface Callback {
  readonly name: string;
  onFitStart?(run: Run): void;
  onEpochStart?(run: Run): void;
  /** The batch's losses are still on the backend: `onUpdate` has those of all batches of the step. */
  onBatchEnd?(run: Run, report: BatchReport): void;
  /** With several ranks, before the update: this one waited so long until it had what all have. */
  onExchange?(run: Run, seconds: number): void;
  onUpdate?(run: Run, report: StepReport): void;
  onValidationStart?(run: Run): void;
  onValidationBatchEnd?(run: Run, progress: ValidationProgress): void;
  /** `run.metrics` are the new ones. */
  onValidationEnd?(run: Run): void | Promise<void>;
  /** The step is over, its validation included: the state of the run is whole. */
  onStepEnd?(run: Run): void;
  onEpochEnd?(run: Run): void;
  /** Also after an interruption. */
  onFitEnd?(run: Run): void | Promise<void>;
  /** What a checkpoint must keep so that the callback goes on where it was. JSON. */
  state?(): unknown;
  restore?(state: unknown): void;
}
