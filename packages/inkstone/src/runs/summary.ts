import { z } from 'zod';
import { cacheHealthJson, type Dataset } from '../data/index.js';
import { median, readJson } from '../system/index.js';
import { type Metrics, metricsSchema } from '../tracking/index.js';
import { OUTCOMES, type Outcome, type ProfileReport, timings } from '../training/index.js';
import type { RunConfig } from './config.js';

const timingsSchema = z.record(z.string(), z.number());

/** `summary.json`: how a run ended, in one object. Metrics are spread into it under their full names. */
const summarySchema = z.looseObject({
  exp_name: z.string(),
  outcome: z.enum(OUTCOMES),
  stop_reason: z.string().nullable(),
  epochs: z.int(),
  steps: z.int(),
  seed: z.int(),
  precision: z.string(),
  best: z.object({ step: z.int(), metrics: metricsSchema }).nullable(),
  seconds_per_epoch: z.number().nullable(),
  /** Waiting for data and computing: mean, median, p95, p99. */
  seconds_per_batch: timingsSchema,
  /** An optimiser update with all its batches, without waiting for data. */
  seconds_per_step: timingsSchema,
  data_wait_share: z.number(),
  /** Cores that an epoch kept busy, the first apart, which fills the cache. Not in summaries that were written before it was. */
  cores_busy: z.number().nullish(),
  peak_engine_bytes: z.number(),
  peak_rss_bytes: z.number(),
  /** Files and lines that were left out, by split (`data.on_error=skip`). */
  skipped: z.record(z.string(), z.int()),
  cache: z.record(z.string(), z.unknown()),
});

export type SavedSummary = Readonly<z.output<typeof summarySchema>>;

export type Summary = SavedSummary & {
  /** `val/hmean`, `val/precision`, … of the last validation. */
  readonly [metric: `val/${string}`]: number;
};

/** @throws InputError for a file that no run wrote */
export const readSummary = (file: string): SavedSummary =>
  readJson(file, summarySchema, 'move the file away, or train the run again');

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

function coresBusy({ epochCores: [first, ...later] }: ProfileReport): number | null {
  return median(later) ?? first ?? null;
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
    cores_busy: coresBusy(profile),
    peak_engine_bytes: profile.enginePeakBytes,
    peak_rss_bytes: profile.rssPeakBytes,
    skipped: Object.fromEntries(entries.map(([split, { skipped }]) => [split, skipped.length])),
    cache: Object.fromEntries(
      entries.flatMap(([split, { cache }]) => (cache === undefined ? [] : [[split, cacheHealthJson(cache)]])),
    ),
  };
}
