/** Random transforms of colour: they change pixels in place and leave polygons and maps alone. */
import type { RgbImage } from 'inkstone-detect';
import { RandomStream } from 'inkstone-detect/random';
import type { AugmentOptions } from '../options.js';

/** ITU-R BT.601 luma. */
const LUMA = [0.299, 0.587, 0.114] as const;
/** Half the width of the blur's kernel, in sigmas: beyond it a Gaussian has 0.3 % left. */
const BLUR_REACH = 3;

/** Applies what the key draws. @param image memory of its own, changed in place */
export function applyPhotometric(image: RgbImage, augment: AugmentOptions, key: readonly number[]): void {
  const color = new RandomStream('color', ...key);
  if (color.chance(augment.color.probability)) {
    const factor = (spread: number) => color.between(1 - spread, 1 + spread);
    const { brightness, contrast, saturation } = augment.color;
    jitterColor(image, factor(brightness), factor(contrast), factor(saturation));
  }
  const blurring = new RandomStream('blur', ...key);
  if (blurring.chance(augment.blur.probability)) {
    blur(image, augment.blur.max_sigma * blurring.uniform());
  }
}

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

/** Gaussian blur in two passes of whole-number weights; the edge's pixels are repeated outwards. */
export function blur(image: RgbImage, sigma: number): void {
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
