/**
 * From an image to a network's input: the longest side becomes the size that the network was trained on, the image lies
 * at the top left, and both sides are filled up to what the network can halve.
 */
import type { RgbImage, Size } from './image.js';

/** Networks halve the image five times, so both sides are multiples of 2⁵. */
export const SIDE_MULTIPLE = 32;

/** What is subtracted from and divided out of the channels R, G and B, as values 0 … 1, before a network sees them. */
export interface Normalization {
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** Mean and standard deviation of ImageNet's pixels: what published weights were trained with. */
export const IMAGENET: Normalization = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

/** Around an image: the mean, which normalisation turns to about 0, as a convolution's own padding. */
export const PAD_RGB: readonly number[] = IMAGENET.mean.map((mean) => Math.round(255 * mean));

/** How an upright original comes to lie in the network's input; its own part there is `width` × `height` pixels. */
export interface Fit extends Size {
  /** Input pixels = original pixels × scale, in both directions. */
  readonly scale: number;
  readonly originalWidth: number;
  readonly originalHeight: number;
}

export function roundUpToSide(length: number): number {
  return Math.ceil(length / SIDE_MULTIPLE) * SIDE_MULTIPLE;
}

/** The longest side becomes `size` pixels, the other one at least one. */
export function fitLongest({ width: originalWidth, height: originalHeight }: Size, size: number): Fit {
  const scale = size / Math.max(originalWidth, originalHeight);
  const scaled = (length: number) => Math.max(1, Math.round(length * scale));
  return {
    width: scaled(originalWidth),
    height: scaled(originalHeight),
    scale,
    originalWidth,
    originalHeight,
  };
}

/** The network's input: both sides filled up to multiples of 32 pixels. */
export function padImage(image: RgbImage): RgbImage {
  const width = roundUpToSide(image.width);
  const height = roundUpToSide(image.height);
  const data = new Uint8Array(3 * width * height);
  layImage(image, data, width);
  return { width, height, data };
}

/** Writes the image at the top left of `[height, width, 3]` and `PAD_RGB` around it. */
export function layImage(image: RgbImage, out: Uint8Array, width: number): void {
  const rowBytes = 3 * image.width;
  const padding = paddingRow(width - image.width);
  for (let y = 0; y < image.height; y++) {
    const to = 3 * y * width;
    out.set(image.data.subarray(y * rowBytes, (y + 1) * rowBytes), to);
    out.set(padding, to + rowBytes);
  }
  const fullRow = paddingRow(width);
  for (let to = 3 * image.height * width; to < out.length; to += fullRow.length) out.set(fullRow, to);
}

function paddingRow(pixels: number): Uint8Array {
  const row = new Uint8Array(3 * pixels);
  for (let i = 0; i < row.length; i++) row[i] = PAD_RGB[i % 3];
  return row;
}
