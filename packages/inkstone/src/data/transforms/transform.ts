import type { RgbImage } from 'inkstone-detect';
import type { RandomStream } from 'inkstone-detect/random';
import type { z } from 'zod';

/** How a source image is laid out about its centre before a window is cut from it. */
export interface Layout {
  /** Mirrored left to right, before it is turned. */
  mirrored: boolean;
  /** Radians, clockwise. */
  angle: number;
  scale: number;
}

/**
 * One random transform. It draws from a stream of its own, which depends on its name, the run's seed, the epoch and the
 * sample: so one transform more changes nothing that the others draw.
 */
export interface RandomTransform {
  /** Its options are `data.augment.<name>`. */
  readonly name: string;
  /** Raised when the same options and draws give another sample. */
  readonly version: number;
  readonly schema: z.ZodType;
  /** Geometric. All transforms that have this make one affine map together, so that pixels are resampled once at most. */
  lay?(layout: Layout, options: never, random: RandomStream): void;
  /** Photometric: changes pixels in place, and leaves polygons and maps alone. */
  paint?(image: RgbImage, options: never, random: RandomStream): void;
}
