import { backend } from '../../tensor/index.js';
import type { BatchReport, Callback, Run } from '../callback.js';
import type { CallbacksConfig } from '../config.js';

type Options = CallbacksConfig['profiler'];

/** Batches kept for the percentiles. */
const WINDOW = 1000;

/**
 * Measures where the time goes: batch times with mean, median, p95 and p99, waiting for data against computing, engine
 * bytes now and at the peak, resident memory. Logs under `time/` and `memory/`.
 */
export class ProfilerCallback implements Callback {
  readonly name = 'profiler';
  readonly epochSeconds: number[] = [];
  #batchSeconds: number[] = [];
  #wait = 0;
  #compute = 0;
  #sinceLog = 0;
  #epochStart = performance.now();
  #validationStart = 0;
  #peakRss = 0;

  /** Without options it measures for the summary and logs nothing. */
  constructor(readonly options: Options) {}

  onFitStart(): void {
    backend().resetPeakMemory();
  }

  onEpochStart(): void {
    this.#epochStart = performance.now();
  }

  onBatchEnd(_run: Run, { waitSeconds, computeSeconds }: BatchReport): void {
    this.#batchSeconds.push(waitSeconds + computeSeconds);
    if (this.#batchSeconds.length > WINDOW) this.#batchSeconds.shift();
    this.#wait += waitSeconds;
    this.#compute += computeSeconds;
    this.#sinceLog += 1;
  }

  onUpdate(run: Run): void {
    if (this.options === null || this.#sinceLog < this.options.every_n_batches) return;
    this.#sinceLog = 0;
    const memory = backend().memory();
    run.log({
      ...timings('time/batch_seconds', this.#batchSeconds),
      'time/data_wait_share': this.dataWaitShare,
      'memory/engine_bytes': memory.currentBytes,
      'memory/engine_peak_bytes': memory.peakBytes,
      'memory/rss_bytes': this.#sampleRss(),
    });
  }

  onValidationStart(): void {
    this.#validationStart = performance.now();
  }

  onValidationEnd(run: Run): void {
    if (this.options === null) return;
    run.log({ 'time/validation_seconds': (performance.now() - this.#validationStart) / 1000 });
  }

  onEpochEnd(run: Run): void {
    const seconds = (performance.now() - this.#epochStart) / 1000;
    this.epochSeconds.push(seconds);
    this.#sampleRss();
    if (this.options !== null) run.log({ 'time/epoch_seconds': seconds });
  }

  /** Share of the training time that was spent waiting for data. */
  get dataWaitShare(): number {
    const total = this.#wait + this.#compute;
    return total === 0 ? 0 : this.#wait / total;
  }

  /** For the summary. */
  report(): ProfileReport {
    return {
      batchSeconds: timings('', this.#batchSeconds),
      epochSeconds: this.epochSeconds,
      dataWaitShare: this.dataWaitShare,
      enginePeakBytes: backend().memory().peakBytes,
      rssPeakBytes: Math.max(this.#peakRss, this.#sampleRss()),
    };
  }

  #sampleRss(): number {
    const rss = process.memoryUsage.rss();
    this.#peakRss = Math.max(this.#peakRss, rss);
    return rss;
  }
}

export interface ProfileReport {
  readonly batchSeconds: Readonly<Record<string, number>>;
  readonly epochSeconds: readonly number[];
  readonly dataWaitShare: number;
  readonly enginePeakBytes: number;
  readonly rssPeakBytes: number;
}

/** Mean, median, p95 and p99 (nearest rank) under `prefix`. */
export function timings(prefix: string, values: readonly number[]): Record<string, number> {
  if (values.length === 0) return {};
  const sorted = [...values].sort((a, b) => a - b);
  const rank = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] as number;
  const figures = {
    mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
    median: rank(0.5),
    p95: rank(0.95),
    p99: rank(0.99),
  };
  const join = prefix === '' ? '' : `${prefix}_`;
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [join + name, value]));
}
