/** What a training step takes: measured on small images, because every network and precision takes another amount. */
import { totalmem } from 'node:os';
import { fitLongest, roundUpToSide } from 'inkstone-detect';
import { makeTargetMaps } from '../../data/index.js';
import {
  createNetwork,
  type DetectionNetwork,
  dbLoss,
  normalizeImages,
  targetTensors,
} from '../../detection/index.js';
import { precisionOf, type RunConfig } from '../../runs/index.js';
import { backend, Tape, tidy } from '../../tensor/index.js';
import type { LabelledSample } from './sample.js';

/** Sides of the images that are measured. What a step takes grows linearly with their pixels. */
const MEASURED_SIDES = [128, 256] as const;

/** What the engine holds in a step with `batch` of the largest images at that size. */
export type StepBytes = (size: number, batch: number) => number;

export function measureStep(config: RunConfig, samples: readonly LabelledSample[]): StepBytes {
  const model = createNetwork(config.model, config.seed);
  try {
    const [small, large] = MEASURED_SIDES.map((side) => peakBytes(model, config, side)) as [number, number];
    const [few, many] = MEASURED_SIDES.map((side) => side ** 2) as [number, number];
    const perPixel = (large - small) / (many - few);
    const fixed = small - perPixel * few;
    return (size, batch) => fixed + perPixel * batch * largestImage(samples, size, config.data.pad);
  } finally {
    model.dispose();
  }
}

/** Memory of the machine, or what a container grants of it. */
export function memoryBytes(): number {
  const granted = process.constrainedMemory();
  return granted > 0 ? Math.min(granted, totalmem()) : totalmem();
}

/** Pixels of the largest image in a batch. */
function largestImage(
  samples: readonly LabelledSample[],
  size: number,
  pad: RunConfig['data']['pad'],
): number {
  if (pad === 'square') return size * size;
  const pixels = samples.map((sample) => {
    const { width, height } = fitLongest(sample, size);
    return roundUpToSide(width) * roundUpToSide(height);
  });
  return pixels.reduce((a, b) => Math.max(a, b), 0);
}

/** The highest number of bytes that the engine holds in a forward and backward pass over one image. */
function peakBytes(
  model: DetectionNetwork,
  { trainer, data, model: { loss } }: RunConfig,
  side: number,
): number {
  const precision = precisionOf({ trainer });
  const images = new Uint8Array(3 * side * side);
  const maps = makeTargetMaps([], side, side, data.targets);
  model.train();
  backend().resetPeakMemory();
  tidy(() => {
    const tape = new Tape();
    const total = tape.record(() =>
      precision.forward(() => {
        const found = model.call(normalizeImages(images, 1, side, side, model.normalization));
        return dbLoss(found, targetTensors(maps, 1, side, side), loss).loss;
      }),
    );
    precision.backward(tape, total);
    model.zeroGrad();
  });
  return backend().memory().peakBytes;
}
