/** The random transforms of training. To add one is to add its file and its line in `TRANSFORMS`. */
import type { RgbImage } from 'inkstone-detect';
import { RandomStream } from 'inkstone-detect/random';
import { z } from 'zod';
import { blur } from './blur.js';
import { color } from './color.js';
import { crop } from './crop.js';
import { flip } from './flip.js';
import { rotate } from './rotate.js';
import { scale } from './scale.js';
import type { Layout, RandomTransform } from './transform.js';

/** In the order in which they are applied. */
const TRANSFORMS = [flip, rotate, scale, crop, color, blur] as const;

type Schemas = { [Transform in (typeof TRANSFORMS)[number] as Transform['name']]: Transform['schema'] };

export const augmentSchema = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe(
      'Whether training samples are changed at random; off: training reads the same samples as validation.',
    ),
  source_scale: z
    .number()
    .min(1)
    .max(8)
    .default(1)
    .describe(
      'Longest side of a training sample before its random transforms, as a multiple of data.size. Above 1, enlarging ' +
        'transforms find real detail instead of interpolating it, at the price of memory and reading.',
    ),
  ...(Object.fromEntries(TRANSFORMS.map(({ name, schema }) => [name, schema])) as Schemas),
});

export type AugmentOptions = z.output<typeof augmentSchema>;

/** Each random transform with its options. */
export function transformsOf(augment: AugmentOptions) {
  return TRANSFORMS.map((transform) => ({
    transform: transform as RandomTransform,
    options: augment[transform.name],
  }));
}

/** What the geometric transforms draw. @param key seed, epoch and sample */
export function drawLayout(augment: AugmentOptions, key: readonly number[]): Layout {
  const layout: Layout = { mirrored: false, angle: 0, scale: 1 };
  for (const { transform, options } of transformsOf(augment)) {
    transform.lay?.(layout, options as never, new RandomStream(transform.name, ...key));
  }
  return layout;
}

/** Applies what the photometric transforms draw. @param image memory of its own, changed in place */
export function paint(image: RgbImage, augment: AugmentOptions, key: readonly number[]): void {
  for (const { transform, options } of transformsOf(augment)) {
    transform.paint?.(image, options as never, new RandomStream(transform.name, ...key));
  }
}
