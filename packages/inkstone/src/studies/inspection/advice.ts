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
  /** `key: why`, for each of the overrides. */
  readonly reasons: readonly string[];
}

/** Every fifth of the default, up to what two cores can train in an evening. */
const SIZES = [640, 800, 960, 1120, 1280, 1440, 1600];
/** Share of the texts that may stay low: the last few cost more pixels than they are worth. */
const MAY_STAY_SMALL = 0.15;
const SHRINK_RATIOS = [0.4, 0.5, 0.6, 0.7, 0.8];
/** Another ratio must save this share of the texts, or the configured one stays. */
const WORTH_A_CHANGE = 0.01;

/** Boxes made for a ratio further from that of the targets than this come out too small or too large. */
const MAY_DIFFER = 0.1;

export function advise({ config, splits, stepBytes, memoryBytes }: Facts): Advice {
  const { data, model, batch_size: configuredBatch } = config;
  const samples = splits.flatMap((split) => split.samples);
  const looked = splits.flatMap(({ fits }) => fits.map(({ sample }) => sample));
  const { size, why } = sizeFor(samples, data.size);
  const shrinkRatio = shrinkRatioFor(looked, size, data.targets);
  const boxRatio = boxRatioFor(shrinkRatio, config);
  const isHeld = (batch: number) => stepBytes(size, batch) <= COMFORTABLE * memoryBytes;
  let batchSize = configuredBatch;
  while (batchSize > 1 && !isHeld(batchSize)) batchSize = Math.floor(batchSize / 2);
  const changes = (
    [
      ['data.size', size, data.size, why],
      [
        'data.targets.shrink_ratio',
        shrinkRatio,
        data.targets.shrink_ratio,
        'fewer texts vanish or merge in the maps that the network learns',
      ],
      [
        'model.postprocess.shrink_ratio',
        boxRatio,
        model.postprocess.shrink_ratio,
        'boxes are as large as their texts when they undo data.targets.shrink_ratio',
      ],
      [
        'batch_size',
        batchSize,
        configuredBatch,
        `a step with ${configuredBatch} takes more than ${100 * COMFORTABLE} % of the memory`,
      ],
    ] as const
  ).filter(([, advised, configured]) => advised !== configured);
  return {
    size,
    shrink_ratio: shrinkRatio,
    batch_size: batchSize,
    overrides: changes.map(([key, advised]) => `${key}=${advised}`),
    reasons: changes.map(([key, , , why]) => `${key}: ${why}`),
  };
}

/**
 * The configured size if nearly all texts are high enough there, or the smallest at which they are; but none that only enlarges
 * the pictures.
 */
function sizeFor(
  samples: readonly LabelledSample[],
  configured: number,
): { readonly size: number; readonly why: string } {
  const heights = textHeights(samples, 1);
  if (heights.length === 0) return { size: configured, why: '' };
  const largest = median(samples.map(({ width, height }) => Math.max(width, height))) as number;
  const isUseful = (size: number) => size <= Math.max(largest, SIZES[0]!);
  const isEnough = (size: number) =>
    heights.filter((height) => height * size < SMALL).length <= MAY_STAY_SMALL * heights.length;
  if (!isUseful(configured)) {
    const useful = SIZES.filter(isUseful);
    const why = `half of the pictures have at most ${largest} pixels on their longest side, and ${configured} would only enlarge them`;
    return { size: useful.find(isEnough) ?? useful.at(-1)!, why };
  }
  const larger = SIZES.filter((size) => size > configured && isUseful(size));
  const size = isEnough(configured) ? configured : (larger.find(isEnough) ?? larger.at(-1) ?? configured);
  return { size, why: `more texts are at least ${SMALL} pixels high than at ${configured}` };
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

/**
 * The configured one, unless the targets get another ratio or have one that is far from it; then the same as theirs. The recipe
 * makes boxes a little looser (0.66 for 0.7), but how much looser suits another ratio was not measured.
 */
function boxRatioFor(shrinkRatio: number, { data, model }: RunConfig): number {
  const { unclip_ratio, shrink_ratio: configured } = model.postprocess;
  const isKept =
    shrinkRatio === data.targets.shrink_ratio && Math.abs(configured - shrinkRatio) <= MAY_DIFFER;
  return isKept || unclip_ratio !== 'inverse' ? configured : shrinkRatio;
}
