import { cacheHealthJson, type Dataset } from '../data/index.js';
import type { Metrics } from '../tracking/index.js';
import { type Outcome, type ProfileReport, type Timings, timings } from '../training/index.js';
import type { RunConfig } from './config.js';

/** `summary.json`: how a run ended, in one object. Metrics are spread into it under their full names. */
export interface Summary {
  readonly exp_name: string;
  readonly outcome: Outcome;
  readonly stop_reason: string | null;
  readonly epochs: number;
  readonly steps: number;
  readonly seed: number;
  readonly precision: string;
  readonly best: { readonly step: number; readonly metrics: Metrics } | null;
  readonly seconds_per_epoch: number | null;
  /** Waiting for data and computing: mean, median, p95, p99. */
  readonly seconds_per_batch: Timings;
  /** An optimiser update with all its batches, without waiting for data. */
  readonly seconds_per_step: Timings;
  readonly data_wait_share: number;
  readonly peak_engine_bytes: number;
  readonly peak_rss_bytes: number;
  /** Files and lines that were left out, by split (`data.on_error=skip`). */
  readonly skipped: Readonly<Record<string, number>>;
  readonly cache: Readonly<Record<string, unknown>>;
  /** `val/hmean`, `val/precision`, … of the last validation. */
  readonly [metric: `val/${string}`]: number;
}

export interface SummaryParts {
  readonly config: RunConfig;
  readonly outcome: Outcome;
  readonly run: {
    readonly epoch: number;
    readonly step: number;
    readonly metrics: Metrics;
    readonly stopReason: string | undefined;
  };
  readonly best: Summary['best'];
  readonly profile: ProfileReport;
  readonly datasets: Readonly<Record<string, Pick<Dataset, 'cache' | 'skipped'>>>;
}

export function summarize({ config, outcome, run, best, profile, datasets }: SummaryParts): Summary {
  const entries = Object.entries(datasets);
  return {
    exp_name: config.exp_name,
    outcome,
    ...run.metrics,
    stop_reason: run.stopReason ?? null,
    epochs: run.epoch,
    steps: run.step,
    seed: config.seed,
    precision: config.trainer.precision,
    best,
    seconds_per_epoch: timings('', profile.epochSeconds).median ?? null,
    seconds_per_batch: profile.batchSeconds,
    seconds_per_step: profile.stepSeconds,
    data_wait_share: profile.dataWaitShare,
    peak_engine_bytes: profile.enginePeakBytes,
    peak_rss_bytes: profile.rssPeakBytes,
    skipped: Object.fromEntries(entries.map(([split, { skipped }]) => [split, skipped.length])),
    cache: Object.fromEntries(
      entries.flatMap(([split, { cache }]) => (cache === undefined ? [] : [[split, cacheHealthJson(cache)]])),
    ),
  };
}
