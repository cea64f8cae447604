/** The DB loss (arXiv:1911.08947, section 3.5): weighted sum of what the three maps get wrong. */
import { z } from 'zod';
import {
  balancedCrossEntropy,
  dequantize,
  diceLoss,
  maskedL1,
  Tensor,
  tidy,
  weightedSum,
} from '../tensor/index.js';
import type { DbMaps } from './heads/db.js';

export const lossSchema = z.strictObject({
  probability_weight: z
    .number()
    .min(0)
    .default(5)
    .describe("Weight of the probability map's balanced cross-entropy."),
  threshold_weight: z.number().min(0).default(10).describe("Weight of the threshold map's masked L1."),
  binary_weight: z.number().min(0).default(1).describe("Weight of the binary map's dice loss."),
  negative_ratio: z
    .number()
    .positive()
    .default(3)
    .describe('Hardest negative pixels that count, as a multiple of the positive ones.'),
});

type Targets<Map> = Readonly<Record<'probability' | 'probabilityMask' | 'threshold' | 'thresholdMask', Map>>;

/** Target maps of a batch, one byte a pixel, each `[N, H, W]`: a loader's `TargetMaps`. A threshold is q / 255. */
export type TargetBytes = Targets<Uint8Array>;

/** Target maps as the loss reads them, `[N, H, W, 1]`: the same bytes, or all float32. */
export type DbTargets = Targets<Tensor>;

/** Scalars; `loss` is the one to call backward on, the rest are its unweighted parts. */
export type DbLoss = Readonly<Record<'loss' | 'probability' | 'threshold' | 'binary', Tensor>>;

const BYTE_RANGE = 255;

export function targetTensors(bytes: TargetBytes, batch: number, height: number, width: number): DbTargets {
  const shape = [batch, height, width, 1];
  const keep = (values: Uint8Array) => Tensor.from(values, shape, 'uint8');
  return {
    probability: keep(bytes.probability),
    probabilityMask: keep(bytes.probabilityMask),
    threshold: keep(bytes.threshold),
    thresholdMask: keep(bytes.thresholdMask),
  };
}

/**
 * Releases each map as soon as its loss is known, and takes the losses in the order that keeps the fewest maps: here a
 * training step needs the most memory. Whoever wants to look at a map does so before.
 *
 * Throws when the maps come from a network in evaluation mode, which computes the probability map alone.
 */
export function dbLoss(maps: DbMaps, targets: DbTargets, options: z.input<typeof lossSchema> = {}): DbLoss {
  const { probability_weight, threshold_weight, binary_weight, negative_ratio } = lossSchema.parse(options);
  const { training } = maps;
  if (!training)
    throw new Error('dbLoss needs the maps of a network in training mode: call train() on it first');
  // The losses are computed from the logits and the binary map.
  maps.probability.dispose();
  const threshold = tidy(() => {
    const { threshold: bytes, thresholdMask } = targets;
    const target = bytes.dtype === 'uint8' ? dequantize(bytes, 1 / BYTE_RANGE) : bytes;
    return maskedL1(training.threshold, target, thresholdMask);
  });
  training.threshold.dispose();
  const { probability: gt, probabilityMask: mask } = targets;
  const probability = balancedCrossEntropy(training.logits, gt, mask, negative_ratio);
  training.logits.dispose();
  const binary = diceLoss(training.binary, gt, mask);
  training.binary.dispose();
  const loss = weightedSum([
    [probability_weight, probability],
    [threshold_weight, threshold],
    [binary_weight, binary],
  ]);
  return { loss, probability, threshold, binary };
}
