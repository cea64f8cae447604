/** Moving pixels: affine resampling, and exact copies where nothing needs resampling. */
import { PAD_RGB, type RgbImage } from 'inkstone-detect';
import type { Affine, Placement } from './placement.js';

const CHANNELS = 3;
/** Bilinear weights are multiples of 1 / 256. */
const WEIGHT_BITS = 8;
const WEIGHT_ONE = 1 << WEIGHT_BITS;

/** The sample's pixels: `[placement.height, placement.width, 3]`, in memory of their own. */
export function placeImage(source: RgbImage, placement: Placement): RgbImage {
  const { width, height, exact, matrix } = placement;
  const data = exact ? copyPixels(source, placement) : warpAffine(source, matrix, width, height);
  return { width, height, data };
}

/** Cuts and mirrors. */
function copyPixels(source: RgbImage, { width, height, exact }: Placement): Uint8Array {
  const { flip, left, top } = exact!;
  const { data } = source;
  const out = new Uint8Array(width * height * CHANNELS);
  for (let y = 0; y < height; y++) {
    const row = (y + top) * source.width * CHANNELS;
    let to = y * width * CHANNELS;
    if (!flip) {
      out.set(data.subarray(row + left * CHANNELS, row + (left + width) * CHANNELS), to);
      continue;
    }
    let from = row + (source.width - 1 - left) * CHANNELS;
    for (let x = 0; x < width; x++, from -= CHANNELS, to += CHANNELS) {
      out[to] = data[from];
      out[to + 1] = data[from + 1];
      out[to + 2] = data[from + 2];
    }
  }
  return out;
}

/**
 * Bilinear resampling of RGB through an affine map, in fixed point. Outside the source is `PAD_RGB`; within half a pixel
 * of its edge the edge's own pixels are repeated.
 *
 * @param matrix from source to result pixels; pixel (i, j) has its centre at (i + 0.5, j + 0.5)
 */
export function warpAffine(source: RgbImage, matrix: Affine, width: number, height: number): Uint8Array {
  const { data, width: sw, height: sh } = source;
  const [a, b, c, d, e, f] = matrix;
  const determinant = a * e - b * d;
  const ia = e / determinant;
  const ib = -b / determinant;
  const id = -d / determinant;
  const ie = a / determinant;
  const out = new Uint8Array(width * height * CHANNELS);
  const stride = sw * CHANNELS;
  let to = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to += CHANNELS) {
      const px = x + 0.5 - c;
      const py = y + 0.5 - f;
      let sx = ia * px + ib * py - 0.5;
      let sy = id * px + ie * py - 0.5;
      if (sx < -0.5 || sy < -0.5 || sx > sw - 0.5 || sy > sh - 0.5) {
        out[to] = PAD_RGB[0];
        out[to + 1] = PAD_RGB[1];
        out[to + 2] = PAD_RGB[2];
        continue;
      }
      if (sx < 0) sx = 0;
      else if (sx > sw - 1) sx = sw - 1;
      if (sy < 0) sy = 0;
      else if (sy > sh - 1) sy = sh - 1;
      const x0 = sx | 0;
      const y0 = sy | 0;
      const wx = ((sx - x0) * WEIGHT_ONE) | 0;
      const wy = ((sy - y0) * WEIGHT_ONE) | 0;
      const right = x0 + 1 < sw ? CHANNELS : 0;
      const below = y0 + 1 < sh ? stride : 0;
      const w11 = wx * wy;
      const w01 = (wx << WEIGHT_BITS) - w11;
      const w10 = (wy << WEIGHT_BITS) - w11;
      const w00 = (1 << (2 * WEIGHT_BITS)) - w01 - w10 - w11;
      const half = 1 << (2 * WEIGHT_BITS - 1);
      const p = y0 * stride + x0 * CHANNELS;
      const q = p + below;
      for (let k = 0; k < CHANNELS; k++) {
        const upper = data[p + k] * w00 + data[p + k + right] * w01;
        const lower = data[q + k] * w10 + data[q + k + right] * w11;
        out[to + k] = (upper + lower + half) >> (2 * WEIGHT_BITS);
      }
    }
  }
  return out;
}
