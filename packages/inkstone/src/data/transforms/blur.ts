import type { RgbImage } from 'inkstone-detect';
import type { RandomStream } from 'inkstone-detect/random';
import { z } from 'zod';
import type { RandomTransform } from './transform.js';

/** Half the width of the blur's kernel, in sigmas: beyond it a Gaussian has 0.3 % left. */
const BLUR_REACH = 3;

const schema = z
  .strictObject({
    probability: z.number().min(0).max(1).default(0).describe('Share of the samples that are blurred.'),
    max_sigma: z.number().min(0).max(100).default(1).describe('Largest sigma of the Gaussian, in pixels.'),
  })
  .prefault({})
  .describe('Gaussian blur.');

export const blur = {
  name: 'blur',
  version: 1,
  schema,
  paint(image: RgbImage, { probability, max_sigma }: z.output<typeof schema>, random: RandomStream) {
    if (random.chance(probability)) blurImage(image, max_sigma * random.uniform());
  },
} as const satisfies RandomTransform;

/** Gaussian blur in two passes of whole-number weights; the edge's pixels are repeated outwards. */
export function blurImage(image: RgbImage, sigma: number): void {
  const weights = gaussianWeights(sigma);
  if (weights.length === 1) return;
  const { width, height, data } = image;
  const line = new Uint8Array(Math.max(width, height) * 3);
  for (let y = 0; y < height; y++) blurLine(data, y * width * 3, 3, width, weights, line);
  for (let x = 0; x < width; x++) blurLine(data, x * 3, width * 3, height, weights, line);
}

/** Weights of offsets 0, 1, 2, … in 1/65536; they and their mirror images sum to exactly one. */
function gaussianWeights(sigma: number): number[] {
  const one = 1 << 16;
  const reach = sigma > 0 ? Math.ceil(BLUR_REACH * sigma) : 0;
  const raw = Array.from({ length: reach + 1 }, (_, i) => Math.exp(-(i * i) / (2 * sigma * sigma)));
  const total = raw.reduce((sum, value) => sum + 2 * value, -1);
  const sides = raw.slice(1).map((value) => Math.round((value / total) * one));
  return [one - 2 * sides.reduce((sum, value) => sum + value, 0), ...sides];
}

/** Blurs `length` RGB pixels that lie `stride` bytes apart. */
function blurLine(
  data: Uint8Array,
  start: number,
  stride: number,
  length: number,
  weights: readonly number[],
  line: Uint8Array,
): void {
  for (let i = 0, from = start; i < length; i++, from += stride) {
    line[3 * i] = data[from];
    line[3 * i + 1] = data[from + 1];
    line[3 * i + 2] = data[from + 2];
  }
  for (let i = 0, to = start; i < length; i++, to += stride) {
    for (let c = 0; c < 3; c++) {
      let sum = 32768 + weights[0] * line[3 * i + c];
      for (let k = 1; k < weights.length; k++) {
        const before = i >= k ? i - k : 0;
        const after = i + k < length ? i + k : length - 1;
        sum += weights[k] * (line[3 * before + c] + line[3 * after + c]);
      }
      data[to + c] = sum >> 16;
    }
  }
}
