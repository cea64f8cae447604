/** Whether the candidate's results may be trusted: pure arithmetic over the figures of all runs. */
import { mean, median } from '../../system/index.js';
import type { RunFigures } from './figures.js';

export type Grade = 'ACCEPTABLE' | 'MARGINAL' | 'UNACCEPTABLE';
/** INCONCLUSIVE: fp32 itself has no result to compare with. */
export type Verdict = Grade | 'INCONCLUSIVE';

/** Relative differences of H-mean below the first are acceptable, up to the second marginal. */
const ACCEPTABLE_BELOW = 0.01;
const MARGINAL_TO = 0.02;

export interface TrialFigures {
  readonly seed: number;
  readonly baseline: RunFigures;
  readonly candidate: RunFigures;
}

/** One measure, averaged over trials. Differences are relative to the baseline. */
export interface Comparison {
  readonly baseline: number;
  readonly candidate: number;
  /** (candidate − baseline) / baseline; negative when the candidate is worse. */
  readonly difference: number;
  readonly grade: Grade;
  /** (highest − lowest) / mean of the baseline's trials: what a change of seed alone does. null with one trial. */
  readonly seed_noise: number | null;
  readonly within_seed_noise: boolean | null;
}

/** Candidate / baseline, medians over trials; null where one of them is unknown. */
export interface Ratios {
  readonly seconds_per_step: number | null;
  readonly peak_engine_bytes: number | null;
  readonly peak_rss_bytes: number | null;
}

export interface Judgement {
  readonly verdict: Verdict;
  /** Why, in a sentence. */
  readonly reason: string;
  /** What else a reader should know before acting on it. */
  readonly remarks: readonly string[];
  /** null where a run diverged or found nothing. */
  readonly cleval: Comparison | null;
  readonly iou: Comparison | null;
  readonly deteval: Comparison | null;
  readonly ratios: Ratios;
}

export function gradeOf(difference: number): Grade {
  const size = Math.abs(difference);
  if (size < ACCEPTABLE_BELOW) return 'ACCEPTABLE';
  return size <= MARGINAL_TO ? 'MARGINAL' : 'UNACCEPTABLE';
}

export function judge(trials: readonly TrialFigures[]): Judgement {
  const cleval = compare(trials, 'hmean');
  const iou = compare(trials, 'hmean_iou');
  const deteval = compare(trials, 'hmean_deteval');
  const ratios: Ratios = {
    seconds_per_step: ratio(trials, 'seconds_per_step'),
    peak_engine_bytes: ratio(trials, 'peak_engine_bytes'),
    peak_rss_bytes: ratio(trials, 'peak_rss_bytes'),
  };
  return {
    ...verdictOf(trials, cleval),
    remarks: remarks(cleval, { IoU: iou, DetEval: deteval }),
    cleval,
    iou,
    deteval,
    ratios,
  };
}

function verdictOf(
  trials: readonly TrialFigures[],
  cleval: Comparison | null,
): Pick<Judgement, 'verdict' | 'reason'> {
  const inconclusive = (reason: string) => ({ verdict: 'INCONCLUSIVE', reason }) as const;
  const lost = trials.find(({ baseline }) => baseline.outcome === 'diverged');
  if (lost) return inconclusive(`fp32 itself diverged with seed ${lost.seed}: ${lost.baseline.failure}`);
  const diverged = trials.find(({ candidate }) => candidate.outcome === 'diverged');
  if (diverged) {
    const reason = `the candidate diverged with seed ${diverged.seed}: ${diverged.candidate.failure}`;
    return { verdict: 'UNACCEPTABLE', reason };
  }
  if (cleval === null) {
    return inconclusive(
      'fp32 found no text (H-mean 0), so there is nothing to compare; train longer (trainer.max_epochs)',
    );
  }
  const { difference, baseline, candidate } = cleval;
  const direction = difference < 0 ? 'below' : 'above';
  const distance = `${percent(Math.abs(difference))} ${direction} fp32's ${baseline.toFixed(4)}`;
  return { verdict: cleval.grade, reason: `CLEval H-mean ${candidate.toFixed(4)} is ${distance}` };
}

function remarks(cleval: Comparison | null, others: Readonly<Record<string, Comparison | null>>): string[] {
  const found: string[] = [];
  if (cleval === null) return found;
  const { seed_noise } = cleval;
  const seeds =
    seed_noise !== null && `A change of seed alone changes fp32's H-mean by ${percent(seed_noise)}`;
  if (!seeds) {
    found.push(
      'One trial cannot tell a difference of precision from one of chance; --trials 3 measures both.',
    );
  } else if (cleval.within_seed_noise) found.push(`${seeds}, so this difference may be chance.`);
  else found.push(`${seeds}: the difference is larger.`);
  if (cleval.difference >= ACCEPTABLE_BELOW) {
    found.push('The candidate is the better one. Precision does not improve a detector: chance does.');
  }
  for (const [name, other] of Object.entries(others)) {
    if (other === null || other.grade === 'ACCEPTABLE') continue;
    const noise = other.seed_noise === null ? '' : ` (a change of seed alone: ${percent(other.seed_noise)})`;
    found.push(`By ${name} the H-means differ by ${percent(Math.abs(other.difference))}${noise}.`);
  }
  return found;
}

function compare(
  trials: readonly TrialFigures[],
  measure: 'hmean' | 'hmean_iou' | 'hmean_deteval',
): Comparison | null {
  const runs = trials.flatMap(({ baseline, candidate }) => [baseline, candidate]);
  if (runs.some((run) => run.outcome === 'diverged' || run[measure] === null)) return null;
  const values = (side: 'baseline' | 'candidate') => trials.map((trial) => trial[side][measure] as number);
  const baselines = values('baseline');
  const baseline = mean(baselines);
  const candidate = mean(values('candidate'));
  if (baseline === 0) return null;
  const difference = (candidate - baseline) / baseline;
  const noise = trials.length < 2 ? null : (Math.max(...baselines) - Math.min(...baselines)) / baseline;
  return {
    baseline,
    candidate,
    difference,
    grade: gradeOf(difference),
    seed_noise: noise,
    within_seed_noise: noise === null ? null : Math.abs(difference) <= noise,
  };
}

function ratio(trials: readonly TrialFigures[], figure: keyof Ratios): number | null {
  const middle = (side: 'baseline' | 'candidate'): number | null =>
    median(trials.flatMap((trial) => trial[side][figure] ?? [])) ?? null;
  const [baseline, candidate] = [middle('baseline'), middle('candidate')];
  return baseline === null || candidate === null ? null : candidate / baseline;
}

/** `1.23 %` */
export const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
