/** What a validation found, as the object that becomes `report.json`, and the tables that people read. */
import { bytes } from '../../system/index.js';
import { NONE, type Table } from '../table.js';
import type { RunFigures } from './figures.js';
import { type Comparison, type Judgement, percent, type Ratios, type TrialFigures } from './verdict.js';

export interface Report extends Judgement {
  readonly candidate: string;
  readonly candidate_precision: string;
  readonly baseline_precision: string;
  readonly trials: readonly TrialFigures[];
  readonly settings: Readonly<Record<string, string | number>>;
  readonly machine: Readonly<Record<string, string | number>>;
}

const fixed = (value: number | null, digits: number): string =>
  value === null ? NONE : value.toFixed(digits);
const compact = (value: number | null): string => (value === null ? NONE : value.toPrecision(3));
const size = (value: number | null): string => (value === null ? NONE : bytes(value));

/** A row a run. */
export function runsTable({ trials, candidate }: Report): Table {
  const row = (name: string, run: RunFigures): string[] => [
    name,
    String(run.seed),
    run.outcome,
    fixed(run.hmean, 4),
    fixed(run.hmean_iou, 4),
    fixed(run.hmean_deteval, 4),
    fixed(run.final_loss, 4),
    compact(run.gradient_norm_median),
    compact(run.gradient_norm_max),
    String(run.steps),
    String(run.skipped_steps),
    fixed(run.seconds_per_step, 3),
    size(run.peak_engine_bytes),
    size(run.peak_rss_bytes),
  ];
  return {
    header: [
      'run',
      'seed',
      'outcome',
      'H-mean',
      'IoU H-mean',
      'DetEval H-mean',
      'final loss',
      'gradient norm',
      'its maximum',
      'steps',
      'skipped',
      's/step',
      'engine',
      'RSS',
    ],
    rows: trials.flatMap((trial) => [row('fp32', trial.baseline), row(candidate, trial.candidate)]),
  };
}

/** The measures: means over trials, their difference, and what chance does. */
export function measuresTable({ cleval, iou, deteval }: Report): Table {
  const row = (name: string, comparison: Comparison | null): string[] =>
    comparison === null
      ? [name, NONE, NONE, NONE, NONE, NONE]
      : [
          name,
          comparison.baseline.toFixed(4),
          comparison.candidate.toFixed(4),
          signedPercent(comparison.difference),
          comparison.seed_noise === null ? 'not measured' : percent(comparison.seed_noise),
          comparison.grade,
        ];
  return {
    header: ['measure', 'fp32', 'candidate', 'difference', 'a change of seed alone', 'grade'],
    rows: [row('CLEval H-mean', cleval), row('IoU H-mean', iou), row('DetEval H-mean', deteval)],
  };
}

export function costTable({ ratios }: Report): Table {
  const rows: [string, keyof Ratios][] = [
    ['seconds a step', 'seconds_per_step'],
    ['peak engine bytes', 'peak_engine_bytes'],
    ['peak resident memory', 'peak_rss_bytes'],
  ];
  return {
    header: ['cost', 'candidate / fp32'],
    rows: rows.map(([name, ratio]) => [name, fixed(ratios[ratio], 2)]),
  };
}

export function pairsTable(pairs: Readonly<Record<string, string | number>>): Table {
  return {
    header: ['', ''],
    rows: Object.entries(pairs).map(([name, value]) => [name, String(value)]),
  };
}

const signedPercent = (share: number): string => `${share > 0 ? '+' : ''}${percent(share)}`;
