/** Takes the picture: fetches every pixel through the camera, then blurs, adds noise and develops. The slow loop of the room. */
import type { Canvas } from '@napi-rs/canvas';
import { RandomStream } from 'inkstone-detect/random';
import { BACKDROP_REDUCTION } from './backdrop.js';
import type { Camera } from './camera.js';
import type { Finish, Light } from './scene.js';

/** Light is computed on a grid of this pitch (pixels) and interpolated. */
const LIGHT_PITCH = 32;
/** Entries of the noise table, a power of two. */
const NOISE_ENTRIES = 1 << 16;
const NOISE_MASK = NOISE_ENTRIES - 1;
/** Alpha from which nothing shines through; interpolation may not reach 255. */
const OPAQUE = 254.5;
/** Noise is added in quarters of a grey level. */
const NOISE_STEPS = 4;
/** Grey levels that noise may lead below 0 or above 255. */
const DEVELOP_MARGIN = 64;

/**
 * @param paper the printed paper, `density` pixels for a point
 * @param backdrop reduced by `BACKDROP_REDUCTION`
 * @returns RGB, `[height, width, 3]`
 */
export function expose(
  paper: Canvas,
  density: number,
  backdrop: Canvas,
  camera: Camera,
  light: Light,
  width: number,
  height: number,
): Uint8Array {
  // Clamps and rounds what is written to it.
  const out = new Uint8ClampedArray(width * height * 3);
  const { waves, inverse } = camera;
  const [a, b, c, d, e, f, g, h, i] = inverse;
  const rises = sineTable(waves.rise * density, waves.riseRate / density, waves.risePhase, paper.width);
  const sways = sineTable(waves.sway * density, waves.swayRate / density, waves.swayPhase, paper.height);
  // `[height, width, 4]`, RGBA, premultiplied: transparent pixels are black and may be mixed in as they are.
  const source = paper.data();
  const behind = backdrop.data();
  // Taken out of the loop: on a canvas these are calls into native code.
  const stride = paper.width * 4;
  const behindStride = backdrop.width * 4;
  const [maxX, maxY] = [paper.width - 1, paper.height - 1];
  const lit = new Float32Array(width);
  const lightRows = lightGrid(light, width, height);
  let o = 0;
  for (let y = 0; y < height; y++) {
    interpolateLight(lightRows, y, lit);
    // Pixel centres: paper pixel p covers [p, p + 1), so its centre is taken off again after the map.
    const py = y + 0.5;
    let nx = a * 0.5 + b * py + c;
    let ny = d * 0.5 + e * py + f;
    let nw = g * 0.5 + h * py + i;
    for (let x = 0; x < width; x++, o += 3, nx += a, ny += d, nw += g) {
      const inverseW = density / nw;
      const waved = ny * inverseW;
      const u = nx * inverseW - sways[clampIndex(waved, maxY)];
      const v = waved - rises[clampIndex(u, maxX)] - 0.5;
      const su = u - 0.5;
      let red = 0;
      let green = 0;
      let blue = 0;
      let alpha = 0;
      if (su >= 0 && v >= 0 && su < maxX && v < maxY) {
        const x0 = su | 0;
        const y0 = v | 0;
        const fx = su - x0;
        const fy = v - y0;
        const p = y0 * stride + x0 * 4;
        const q = p + stride;
        const w11 = fx * fy;
        const w10 = fy - w11;
        const w01 = fx - w11;
        const w00 = 1 - fx - w10;
        red = w00 * source[p] + w01 * source[p + 4] + w10 * source[q] + w11 * source[q + 4];
        green = w00 * source[p + 1] + w01 * source[p + 5] + w10 * source[q + 1] + w11 * source[q + 5];
        blue = w00 * source[p + 2] + w01 * source[p + 6] + w10 * source[q + 2] + w11 * source[q + 6];
        alpha = w00 * source[p + 3] + w01 * source[p + 7] + w10 * source[q + 3] + w11 * source[q + 7];
      }
      if (alpha < OPAQUE) {
        const r = ((y / BACKDROP_REDUCTION) | 0) * behindStride + ((x / BACKDROP_REDUCTION) | 0) * 4;
        const rest = 1 - alpha / 255;
        red += behind[r] * rest;
        green += behind[r + 1] * rest;
        blue += behind[r + 2] * rest;
      }
      const l = lit[x];
      out[o] = red * l;
      out[o + 1] = green * l;
      out[o + 2] = blue * l;
    }
  }
  return new Uint8Array(out.buffer);
}

/** Blur, noise, contrast, white balance; in place. */
export function develop(
  pixels: Uint8Array,
  width: number,
  height: number,
  finish: Finish,
  random: RandomStream,
): void {
  if (finish.blur > 0.02) blur(pixels, width, height, finish.blur);
  const [red, green, blue] = finish.balance.map((gain) => developTable(finish, gain));
  const noise = scaledNoise(finish.noise);
  const grain = scaledNoise(finish.grain);
  let o = 0;
  for (let y = 0; y < height; y++) {
    // A fresh place in the table for every row: no pattern that an eye could find.
    const start = random.integer() & NOISE_MASK;
    for (let x = 0; x < width; x++, o += 3) {
      const k = start + x * 7;
      const shared = grain[(start + x * 5 + 3) & NOISE_MASK] + DEVELOP_MARGIN * NOISE_STEPS;
      pixels[o] = red[pixels[o] * NOISE_STEPS + shared + noise[k & NOISE_MASK]];
      pixels[o + 1] = green[pixels[o + 1] * NOISE_STEPS + shared + noise[(k + 1) & NOISE_MASK]];
      pixels[o + 2] = blue[pixels[o + 2] * NOISE_STEPS + shared + noise[(k + 2) & NOISE_MASK]];
    }
  }
}

/** Values about zero with deviation 1, as a sum of four even ones has them nearly. */
const NOISE: Float32Array = (() => {
  const random = new RandomStream('synthetic noise');
  const scale = Math.sqrt(3);
  return Float32Array.from({ length: NOISE_ENTRIES }, () => {
    const sum = random.uniform() + random.uniform() + random.uniform() + random.uniform();
    return (sum - 2) * scale;
  });
})();

/** The table times `deviation`, in steps of a grey level. */
function scaledNoise(deviation: number): Int16Array {
  const limit = (DEVELOP_MARGIN / 2) * NOISE_STEPS;
  const factor = deviation * NOISE_STEPS;
  const scaled = new Int16Array(NOISE_ENTRIES);
  for (let i = 0; i < NOISE_ENTRIES; i++) {
    scaled[i] = Math.max(-limit, Math.min(limit, Math.round(factor * NOISE[i])));
  }
  return scaled;
}

/** Developed value of every level from `-DEVELOP_MARGIN` to `255 + DEVELOP_MARGIN`, in steps. */
function developTable({ contrast, pivot, gamma }: Finish, gain: number): Uint8Array {
  return Uint8Array.from({ length: (256 + 2 * DEVELOP_MARGIN) * NOISE_STEPS }, (_, i) => {
    const value = Math.max(0, Math.min(255, i / NOISE_STEPS - DEVELOP_MARGIN));
    const stretched = (pivot + (value - pivot) * contrast) / 255;
    return clampByte(255 * gain * Math.max(0, Math.min(1, stretched)) ** gamma);
  });
}

/** 1-2-1-like kernel across, then down; `weight` is what each neighbour gets. */
function blur(pixels: Uint8Array, width: number, height: number, weight: number): void {
  const rest = 1 - 2 * weight;
  const stride = width * 3;
  const previous = new Uint8Array(stride);
  const current = new Uint8Array(stride);
  for (let y = 0; y < height; y++) {
    const row = pixels.subarray(y * stride, (y + 1) * stride);
    current.set(row);
    for (let x = 3; x < stride - 3; x++)
      row[x] = rest * current[x] + weight * (current[x - 3] + current[x + 3]) + 0.5;
  }
  previous.set(pixels.subarray(0, stride));
  for (let y = 1; y < height - 1; y++) {
    const at = y * stride;
    current.set(pixels.subarray(at, at + stride));
    for (let x = 0; x < stride; x++) {
      pixels[at + x] = rest * current[x] + weight * (previous[x] + pixels[at + stride + x]) + 0.5;
    }
    previous.set(current);
  }
}

function sineTable(amplitude: number, rate: number, phase: number, length: number): Float32Array {
  return Float32Array.from({ length }, (_, at) => amplitude * Math.sin(rate * at + phase));
}

interface LightGrid {
  readonly columns: number;
  readonly values: Float32Array;
}

function lightGrid(light: Light, width: number, height: number): LightGrid {
  const columns = Math.ceil(width / LIGHT_PITCH) + 1;
  const rows = Math.ceil(height / LIGHT_PITCH) + 1;
  const values = new Float32Array(columns * rows);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++)
      values[r * columns + c] = light((c * LIGHT_PITCH) / width, (r * LIGHT_PITCH) / height);
  }
  return { columns, values };
}

function interpolateLight({ columns, values }: LightGrid, y: number, out: Float32Array): void {
  const r = Math.floor(y / LIGHT_PITCH);
  const fy = y / LIGHT_PITCH - r;
  for (let x = 0; x < out.length; x++) {
    const c = Math.floor(x / LIGHT_PITCH);
    const fx = x / LIGHT_PITCH - c;
    const k = r * columns + c;
    const upper = values[k] * (1 - fx) + values[k + 1] * fx;
    const lower = values[k + columns] * (1 - fx) + values[k + columns + 1] * fx;
    out[x] = upper * (1 - fy) + lower * fy;
  }
}

function clampIndex(value: number, max: number): number {
  return value < 0 ? 0 : value > max ? max : value | 0;
}

function clampByte(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : (value + 0.5) | 0;
}
