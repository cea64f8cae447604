import { z } from 'zod';
import { mean, peakRss } from '../../system/index.js';
import { backend } from '../../tensor/index.js';
import type { BatchReport, Callback, Run, ValidationProgress } from '../callback.js';

export const profilerSchema = z
  .strictObject({
    every_n_batches: z
      .int()
      .min(1)
      .default(10)
      .describe('Batches between two logged rows of timings and memory.'),
  })
  .describe('Logs where the time goes, and memory.');

/** Batches kept for the percentiles. */
const WINDOW = 1000;
/** In a second. */
const MICROSECONDS = 1e6;

const seconds = z.number().min(0);
const stateSchema = z.object({
  epochs: z.array(seconds),
  /** Not in checkpoints that were written before it was. */
  cores: z.array(z.number().min(0)).default([]),
  batches: z.array(seconds),
  computing: z.array(seconds),
  steps: z.array(seconds),
  waited: seconds,
  computed: seconds,
  enginePeakBytes: z.number().min(0),
  rssPeakBytes: z.number().min(0),
});

/**
 * Measures where the time goes: batches, exchanges between ranks, epochs and validation with mean, median, p95 and p99, waiting for data against
 * computing, cores that were busy, engine bytes now and at the peak, resident memory. Logs under `time/` and `memory/`.
 */
export class ProfilerCallback implements Callback {
  readonly name = 'profiler';
  #epochSeconds: number[] = [];
  /** Processor time an epoch's time: of all threads together. */
  #epochCores: number[] = [];
  readonly #batchSeconds = new Window();
  readonly #computeSeconds = new Window();
  readonly #stepSeconds = new Window();
  readonly #exchangeSeconds = new Window();
  readonly #validationBatchSeconds = new Window();
  #wait = 0;
  #compute = 0;
  #sinceLog = 0;
  #sinceUpdate = 0;
  #lastBatchEnd = 0;
  /** There is none in an epoch that began before the run was resumed. */
  #epochStart: { readonly time: number; readonly processor: NodeJS.CpuUsage } | undefined;
  #enginePeakBefore = 0;
  #rssPeakBefore = 0;
  #validationStart = 0;
  #validationBatchStart = 0;

  /** Without options it measures for the summary and logs nothing. */
  constructor(readonly options: z.output<typeof profilerSchema> | null) {}

  onFitStart(): void {
    backend().resetPeakMemory();
  }

  onEpochStart(): void {
    this.#epochStart = { time: performance.now(), processor: process.cpuUsage() };
  }

  onBatchEnd(_run: Run, { waitSeconds, computeSeconds }: BatchReport): void {
    this.#batchSeconds.add(waitSeconds + computeSeconds);
    this.#computeSeconds.add(computeSeconds);
    this.#wait += waitSeconds;
    this.#compute += computeSeconds;
    this.#sinceLog += 1;
    this.#sinceUpdate += computeSeconds;
    this.#lastBatchEnd = performance.now();
  }

  onExchange(_run: Run, seconds: number): void {
    this.#exchangeSeconds.add(seconds);
  }

  onUpdate(run: Run): void {
    this.#stepSeconds.add(this.#sinceUpdate + (performance.now() - this.#lastBatchEnd) / 1000);
    this.#sinceUpdate = 0;
    if (this.options === null || this.#sinceLog < this.options.every_n_batches) return;
    this.#sinceLog = 0;
    const memory = backend().memory();
    run.log({
      ...timings('time/batch_seconds', this.#batchSeconds.values),
      ...timings('time/compute_seconds', this.#computeSeconds.values),
      ...timings('time/step_seconds', this.#stepSeconds.values),
      ...timings('time/exchange_seconds', this.#exchangeSeconds.values),
      'time/data_wait_share': this.dataWaitShare,
      'memory/engine_bytes': memory.currentBytes,
      'memory/engine_peak_bytes': memory.peakBytes,
      'memory/rss_bytes': process.memoryUsage.rss(),
      'memory/rss_peak_bytes': peakRss(),
    });
  }

  onValidationStart(): void {
    this.#validationStart = performance.now();
    this.#validationBatchStart = this.#validationStart;
  }

  onValidationBatchEnd(_run: Run, { stage }: ValidationProgress): void {
    if (stage === 'sanity') return;
    const now = performance.now();
    this.#validationBatchSeconds.add((now - this.#validationBatchStart) / 1000);
    this.#validationBatchStart = now;
  }

  onValidationEnd(run: Run): void {
    if (this.options === null) return;
    run.log({
      'time/validation_seconds': (performance.now() - this.#validationStart) / 1000,
      ...timings('time/validation_batch_seconds', this.#validationBatchSeconds.values),
    });
  }

  onEpochEnd(run: Run): void {
    if (this.#epochStart === undefined) return;
    const seconds = (performance.now() - this.#epochStart.time) / 1000;
    const { user, system } = process.cpuUsage(this.#epochStart.processor);
    const cores = (user + system) / MICROSECONDS / seconds;
    this.#epochSeconds.push(seconds);
    this.#epochCores.push(cores);
    if (this.options === null) return;
    run.log({
      'time/epoch_seconds': seconds,
      ...timings('time/epoch_seconds', this.#epochSeconds),
      'time/cores_busy': cores,
    });
  }

  /** Share of the training time that was spent waiting for data. */
  get dataWaitShare(): number {
    const total = this.#wait + this.#compute;
    return total === 0 ? 0 : this.#wait / total;
  }

  /** For the summary. */
  report() {
    return {
      /** Waiting for data and computing. */
      batchSeconds: timings('', this.#batchSeconds.values),
      /** Optimiser updates with all their batches, without waiting for data. */
      stepSeconds: timings('', this.#stepSeconds.values),
      epochSeconds: this.#epochSeconds,
      epochCores: this.#epochCores,
      dataWaitShare: this.dataWaitShare,
      enginePeakBytes: Math.max(this.#enginePeakBefore, backend().memory().peakBytes),
      rssPeakBytes: Math.max(this.#rssPeakBefore, peakRss()),
    };
  }

  /** So that the summary of a resumed run is about all of it. */
  state(): z.output<typeof stateSchema> {
    const { enginePeakBytes, rssPeakBytes } = this.report();
    return {
      epochs: this.#epochSeconds,
      cores: this.#epochCores,
      batches: this.#batchSeconds.values,
      computing: this.#computeSeconds.values,
      steps: this.#stepSeconds.values,
      waited: this.#wait,
      computed: this.#compute,
      enginePeakBytes,
      rssPeakBytes,
    };
  }

  restore(state: unknown): void {
    const saved = stateSchema.parse(state);
    this.#epochSeconds = saved.epochs;
    this.#epochCores = saved.cores;
    this.#batchSeconds.values = saved.batches;
    this.#computeSeconds.values = saved.computing;
    this.#stepSeconds.values = saved.steps;
    this.#wait = saved.waited;
    this.#compute = saved.computed;
    this.#enginePeakBefore = saved.enginePeakBytes;
    this.#rssPeakBefore = saved.rssPeakBytes;
  }
}

export type ProfileReport = ReturnType<ProfilerCallback['report']>;

/** The last `WINDOW` values. */
class Window {
  values: number[] = [];

  add(value: number): void {
    this.values.push(value);
    if (this.values.length > WINDOW) this.values.shift();
  }
}

/** `mean`, `median`, `p95` and `p99`, maybe with a prefix; empty without values. */
export type Timings = Readonly<Record<string, number>>;

/** Mean, median, p95 and p99 (nearest rank) under `prefix`. */
export function timings(prefix: string, values: readonly number[]): Timings {
  if (values.length === 0) return {};
  const sorted = [...values].sort((a, b) => a - b);
  const rank = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] as number;
  const figures = { mean: mean(sorted), median: rank(0.5), p95: rank(0.95), p99: rank(0.99) };
  const join = prefix === '' ? '' : `${prefix}_`;
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [join + name, value]));
}
