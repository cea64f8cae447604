/** Settings that suit the data: image size, shrink ratio, batch. */
import type { RunConfig } from '../../runs/index.js';
import { median } from '../../system/index.js';
import { COMFORTABLE } from './checks/memory.js';
import { SMALL } from './checks/small-texts.js';
import type { Facts } from './finding.js';
import { examineKernels } from './kernels.js';
import { type LabelledSample, textHeights } from './sample.js';

export interface Advice {
  readonly size: number;
  readonly shrink_ratio: number;
  readonly batch_size: number;
  /** What differs from the configuration, to paste behind `inkstone train`. */
  readonly overrides: readonly string[];
}

/** Every fifth of the default, up to what two cores can train in an evening. */
const SIZES = [640, 800, 960, 1120, 1280, 1440, 1600];
/** Share of the texts that may stay low: the last few cost more pixels than they are worth. */
const MAY_STAY_SMALL = 0.15;
const SHRINK_RATIOS = [0.4, 0.5, 0.6, 0.7, 0.8];
/** Another ratio must save this share of the texts, or the configured one stays. */
const WORTH_A_CHANGE = 0.01;

export function advise({ config, splits, stepBytes, memoryBytes }: Facts): Advice {
  const samples = splits.flatMap((split) => split.samples);
  const looked = splits.flatMap(({ fits }) => fits.map(({ sample }) => sample));
  const size = sizeFor(samples, config.data.size);
  const shrinkRatio = shrinkRatioFor(looked, size, config.data.targets);
  const isHeld = (batch: number) => stepBytes(size, batch) <= COMFORTABLE * memoryBytes;
  let batchSize = config.batch_size;
  while (batchSize > 1 && !isHeld(batchSize)) batchSize = Math.floor(batchSize / 2);
  const settings = [
    ['data.size', size, config.data.size],
    ['data.targets.shrink_ratio', shrinkRatio, config.data.targets.shrink_ratio],
    ['batch_size', batchSize, config.batch_size],
  ] as const;
  const overrides = settings
    .filter(([, advised, configured]) => advised !== configured)
    .map(([key, advised]) => `${key}=${advised}`);
  return { size, shrink_ratio: shrinkRatio, batch_size: batchSize, overrides };
}

/**
 * The configured size if nearly all texts are high enough there, or the smallest at which they are; but none that only enlarges
 * the pictures.
 */
function sizeFor(samples: readonly LabelledSample[], configured: number): number {
  const heights = textHeights(samples, 1);
  if (heights.length === 0) return configured;
  const largest = median(samples.map(({ width, height }) => Math.max(width, height))) as number;
  const isUseful = (size: number) => size <= Math.max(largest, SIZES[0]!);
  const isEnough = (size: number) =>
    heights.filter((height) => height * size < SMALL).length <= MAY_STAY_SMALL * heights.length;
  if (isUseful(configured) && isEnough(configured)) return configured;
  const useful = SIZES.filter(isUseful);
  return useful.find(isEnough) ?? useful.at(-1)!;
}

/** The one at which fewest texts vanish or merge. */
function shrinkRatioFor(
  samples: readonly LabelledSample[],
  size: number,
  targets: RunConfig['data']['targets'],
): number {
  const lost = (shrink_ratio: number) => {
    const { texts, vanished, merged } = examineKernels(samples, size, { ...targets, shrink_ratio });
    return (vanished.length + merged.length) / Math.max(1, texts);
  };
  const configured = lost(targets.shrink_ratio);
  const best = SHRINK_RATIOS.map((ratio) => ({ ratio, lost: lost(ratio) })).reduce((a, b) =>
    b.lost < a.lost ? b : a,
  );
  return configured - best.lost > WORTH_A_CHANGE ? best.ratio : targets.shrink_ratio;
}
