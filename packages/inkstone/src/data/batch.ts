/** What a loader hands to the trainer: shared by the workers that fill batches and everyone who reads them. */
import type { Fit, RgbImage } from 'inkstone-detect';
import type { TextInstance } from '../labels/index.js';

/**
 * Training targets, one byte a pixel, each `[N, H, W]` (a sample's own maps: `[H, W]`).
 * The threshold map is quantised: the value is `q / 255`, so 0.3 is 77 and 0.7 is 179.
 */
export interface TargetMaps {
  /** 1 inside a shrunk text polygon, else 0. */
  probability: Uint8Array;
  /** 0 where the probability map must not be judged (ignored text), else 1. */
  probabilityMask: Uint8Array;
  /** Threshold map, quantised to q / 255. */
  threshold: Uint8Array;
  /** 1 where the threshold map is supervised: inside a dilated text polygon. */
  thresholdMask: Uint8Array;
}

/**
 * Where a sample came from and how to come back from its pixels to the original's: by `scale` where no geometric
 * augmentation was at work, else by `matrix`.
 */
export interface SampleInfo extends Fit {
  id: string;
  imagePath: string;
  /** Original to sample pixels, including augmentation: x' = m0·x + m1·y + m2, y' = m3·x + m4·y + m5. */
  matrix: readonly [number, number, number, number, number, number];
  /** In original pixels. */
  instances: readonly TextInstance[];
}

/** A batch as it leaves the loader: uint8, NHWC, in shared memory, padded at the right and bottom. */
export interface Batch {
  /** Epoch, and place of the batch in that epoch's order. */
  epoch: number;
  index: number;
  ids: string[];
  /** Padded size in pixels, multiples of 32. */
  height: number;
  width: number;
  /** RGB, `[N, H, W, 3]`. */
  images: Uint8Array;
  maps?: TargetMaps;
  samples: SampleInfo[];
  /** Milliseconds that preparing it took, and that its consumer waited for it. */
  timing: { prepare: number; wait: number };
}

/** A batch whose memory the loader will use again: valid until `release()`, or until the next batch is asked for. */
export type LoadedBatch = Batch & { release(): void };

/** The image of one sample of a batch, without the padding. */
export function sampleImage({ images, samples, ...batch }: Batch, index: number): RgbImage {
  const { width, height } = samples[index];
  const data = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    const from = 3 * (index * batch.height + y) * batch.width;
    data.set(images.subarray(from, from + 3 * width), 3 * y * width);
  }
  return { width, height, data };
}
