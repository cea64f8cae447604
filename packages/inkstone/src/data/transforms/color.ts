import type { RgbImage } from 'inkstone-detect';
import type { RandomStream } from 'inkstone-detect/random';
import { z } from 'zod';
import type { RandomTransform } from './transform.js';

/** ITU-R BT.601 luma. */
const LUMA = [0.299, 0.587, 0.114] as const;

const share = z.number().min(0).max(1).default(0.25);
const schema = z
  .strictObject({
    probability: z.number().min(0).max(1).default(0.3).describe('Share of the samples that are recoloured.'),
    brightness: share.describe('Largest change of the brightness, as a share of it.'),
    contrast: share.describe('Largest change of the contrast, as a share of it.'),
    saturation: share.describe('Largest change of the saturation, as a share of it.'),
  })
  .prefault({})
  .describe('Multiply brightness, contrast and saturation by factors of 1 ± the value.');

export const color = {
  name: 'color',
  version: 1,
  schema,
  paint(
    image: RgbImage,
    { probability, brightness, contrast, saturation }: z.output<typeof schema>,
    random: RandomStream,
  ) {
    if (!random.chance(probability)) return;
    const factor = (spread: number) => random.between(1 - spread, 1 + spread);
    jitterColor(image, factor(brightness), factor(contrast), factor(saturation));
  },
} as const satisfies RandomTransform;

/**
 * Brightness (all values times a factor), then contrast (away from the image's mean luma), then saturation (away from
 * each pixel's luma), as torchvision's ColorJitter does them, in one pass.
 */
export function jitterColor(
  { data }: RgbImage,
  brightness: number,
  contrast: number,
  saturation: number,
): void {
  let sum = 0;
  for (let i = 0; i < data.length; i += 3) {
    sum += LUMA[0] * data[i] + LUMA[1] * data[i + 1] + LUMA[2] * data[i + 2];
  }
  const mean = sum / (data.length / 3);
  const own = brightness * contrast * saturation;
  const grey = brightness * contrast * (1 - saturation);
  const offset = (1 - contrast) * brightness * mean + 0.5;
  for (let i = 0; i < data.length; i += 3) {
    const shared = grey * (LUMA[0] * data[i] + LUMA[1] * data[i + 1] + LUMA[2] * data[i + 2]) + offset;
    for (let c = i; c < i + 3; c++) {
      data[c] = Math.min(255, Math.max(0, own * data[c] + shared));
    }
  }
}
