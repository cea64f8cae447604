/** What a finished (or diverged) run has to say for itself, read from its folder. JSON, as it goes into the report. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { OVERLAYS, type RunConfig, readSummary, SUMMARY } from '../../runs/index.js';
import { mean, median } from '../../system/index.js';
import { METRICS_FILE, type MetricsRow, readMetrics } from '../../tracking/index.js';
import type { RunResult } from './execute.js';

/** A value at an optimiser step; only finite ones are kept. */
export type Curve = readonly (readonly [step: number, value: number])[];

export interface RunFigures {
  readonly precision: string;
  readonly seed: number;
  readonly folder: string;
  readonly outcome: RunResult['outcome'];
  readonly failure: string | null;
  /** Taken from an earlier call instead of trained now. */
  readonly reused: boolean;
  readonly steps: number;
  /** Of the last validation; null before the first. */
  readonly hmean: number | null;
  readonly hmean_iou: number | null;
  readonly hmean_deteval: number | null;
  /** Median, without waiting for data; null for a run that did not finish. */
  readonly seconds_per_step: number | null;
  readonly data_wait_share: number | null;
  readonly peak_engine_bytes: number | null;
  readonly peak_rss_bytes: number | null;
  readonly skipped_steps: number;
  readonly final_loss: number | null;
  readonly gradient_norm_median: number | null;
  readonly gradient_norm_max: number | null;
  readonly curves: Readonly<Record<CurveName, Curve>>;
}

const CURVES = {
  loss: 'train/loss',
  gradient_norm: 'train/gradient_norm',
  loss_scale: 'train/loss_scale',
  hmean: 'val/hmean',
  hmean_iou: 'val/hmean_iou',
  hmean_deteval: 'val/hmean_deteval',
} as const;

export type CurveName = keyof typeof CURVES;

/** Share of the last training rows over which `final_loss` is averaged. */
const FINAL_SHARE = 0.1;

export function readFigures(config: RunConfig, result: RunResult, reused: boolean): RunFigures {
  const { folder } = result;
  const rows = readMetrics(join(folder, METRICS_FILE));
  const summaryFile = join(folder, SUMMARY);
  const summary = existsSync(summaryFile) ? readSummary(summaryFile) : undefined;
  const curves = Object.fromEntries(
    Object.entries(CURVES).map(([name, metric]) => [name, curveOf(rows, metric)]),
  ) as Record<CurveName, Curve>;
  const norms = valuesOf(curves.gradient_norm).sort((a, b) => a - b);
  const losses = valuesOf(curves.loss);
  const last = losses.slice(-Math.max(1, Math.round(losses.length * FINAL_SHARE)));
  return {
    precision: config.trainer.precision,
    seed: config.seed,
    folder,
    outcome: result.outcome,
    failure: result.failure,
    reused,
    steps: summary?.steps ?? rows.at(-1)?.step ?? 0,
    hmean: valuesOf(curves.hmean).at(-1) ?? null,
    hmean_iou: valuesOf(curves.hmean_iou).at(-1) ?? null,
    hmean_deteval: valuesOf(curves.hmean_deteval).at(-1) ?? null,
    seconds_per_step: summary?.seconds_per_step.median ?? null,
    data_wait_share: summary?.data_wait_share ?? null,
    peak_engine_bytes: summary?.peak_engine_bytes ?? null,
    peak_rss_bytes: summary?.peak_rss_bytes ?? null,
    skipped_steps: Math.max(0, ...valuesOf(curveOf(rows, 'train/skipped_steps'))),
    final_loss: last.length === 0 ? null : mean(last),
    gradient_norm_median: median(norms) ?? null,
    gradient_norm_max: norms.at(-1) ?? null,
    curves,
  };
}

/** Pictures of the last validation, by file name. */
export function overlaysOf(run: string): ReadonlyMap<string, string> {
  const folder = join(run, OVERLAYS);
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  return new Map(names.map((name) => [name, join(folder, name)]));
}

function curveOf(rows: readonly MetricsRow[], metric: string): Curve {
  return rows.flatMap((row) => {
    const value = row[metric];
    return typeof value === 'number' ? [[row.step, value] as const] : [];
  });
}

const valuesOf = (curve: Curve): number[] => curve.map(([, value]) => value);
