/**
 * Resizing where there is no sharp: in browsers, and for pixels that are there already. Computes what sharp computes: Lanczos
 * with three lobes, widened where it reduces so that nothing aliases, and Catmull-Rom where it enlarges.
 */
import { fitLongest } from './fit.js';
import type { FittedImage, RgbImage, Size } from './image.js';

/** Images are decoded to up to this many times the size that a network takes, so that the second resize still reduces. */
export const DECODE_OVERSIZE = 2;

/** The longest side becomes `size` pixels, by the same two steps as when a file is decoded. */
export function fitPixels(image: RgbImage, size: number): FittedImage {
  const decoded = reduceTo(image, DECODE_OVERSIZE * size);
  const { width, height } = fitLongest(decoded, size);
  const steps = { x: decoded.width / width, y: decoded.height / height };
  return { image: resize(decoded, { width, height }, steps), original: sizeOf(image) };
}

/** Made smaller with one scale for both sides, as decoders do it: the shorter side's last pixels may be cut. */
function reduceTo(image: RgbImage, size: number): RgbImage {
  const { width, height, scale } = fitLongest(image, size);
  return scale < 1 ? resize(image, { width, height }, { x: 1 / scale, y: 1 / scale }) : image;
}

const sizeOf = ({ width, height }: Size): Size => ({ width, height });

/** `steps`: pixels of the image from one pixel of the result to the next. */
function resize(image: RgbImage, { width, height }: Size, steps: { x: number; y: number }): RgbImage {
  const rows = resample(image.data, {
    outer: 1,
    length: image.height,
    newLength: height,
    step: steps.y,
    inner: 3 * image.width,
  });
  const data = resample(rows, {
    outer: height,
    length: image.width,
    newLength: width,
    step: steps.x,
    inner: 3,
  });
  return { width, height, data };
}

interface Axis {
  readonly outer: number;
  readonly length: number;
  readonly newLength: number;
  readonly step: number;
  readonly inner: number;
}

/** One axis of `[outer, length, inner]` to `[outer, newLength, inner]`, rounded to bytes. */
function resample(data: Uint8Array, axis: Axis): Uint8Array {
  const { outer, length, newLength, inner } = axis;
  if (length === newLength && axis.step === 1) return data;
  const out = new Uint8Array(outer * newLength * inner);
  const { count, indices, weights } = tapsFor(axis);
  const sums = new Float32Array(inner);
  for (let block = 0; block < outer; block++) {
    for (let i = 0; i < newLength; i++) {
      sums.fill(0.5);
      for (let tap = i * count; tap < (i + 1) * count; tap++) {
        const from = (block * length + indices[tap]) * inner;
        const weight = weights[tap];
        for (let k = 0; k < inner; k++) sums[k] += weight * data[from + k];
      }
      const to = (block * newLength + i) * inner;
      for (let k = 0; k < inner; k++) out[to + k] = Math.min(255, Math.max(0, sums[k]));
    }
  }
  return out;
}

/** libvips knows this many places between two pixels. */
const POSITIONS = 64;

/** Which pixels make each new one, and their shares, which add up to 1: `count` of both for each. */
interface Taps {
  readonly count: number;
  readonly indices: Int32Array;
  readonly weights: Float32Array;
}

function tapsFor({ length, newLength, step }: Axis): Taps {
  const reduces = step > 1;
  const [kernel, lobes] = reduces ? ([lanczos, 3] as const) : ([catmullRom, 2] as const);
  const stretch = reduces ? step : 1;
  // libvips lays a smaller image over the middle of the larger one, but a larger one from the corner.
  const start = reduces ? (length - 1 - (newLength - 1) * step) / 2 : -0.5;
  const count = Math.ceil(2 * lobes * stretch);
  const indices = new Int32Array(newLength * count);
  const weights = new Float32Array(newLength * count);
  for (let i = 0; i < newLength; i++) {
    const center = Math.round((start + i * step) * POSITIONS) / POSITIONS;
    const first = Math.ceil(center - lobes * stretch);
    const raw = Array.from({ length: count }, (_, tap) => kernel((first + tap - center) / stretch));
    const sum = raw.reduce((total, weight) => total + weight, 0);
    for (let tap = 0; tap < count; tap++) {
      // Beyond the edges lies the edge.
      indices[i * count + tap] = Math.min(length - 1, Math.max(0, first + tap));
      weights[i * count + tap] = raw[tap] / sum;
    }
  }
  return { count, indices, weights };
}

function lanczos(x: number): number {
  if (x === 0) return 1;
  const t = Math.PI * x;
  return Math.abs(x) < 3 ? (3 * Math.sin(t) * Math.sin(t / 3)) / t ** 2 : 0;
}

/** Keys' cubic with a = −1/2. */
function catmullRom(x: number): number {
  const t = Math.abs(x);
  if (t >= 2) return 0;
  return t < 1 ? 1.5 * t ** 3 - 2.5 * t ** 2 + 1 : -0.5 * t ** 3 + 2.5 * t ** 2 - 4 * t + 2;
}
