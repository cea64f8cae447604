/**
 * Target maps on their way from the polygons (or the cache) to the batch: two planes instead of four, exact, and laid out
 * so that four pixels can be handled as one 32-bit word.
 */
import type { CacheEntry, EntryForm } from '../cache/index.js';
import type { TargetMaps } from './batch.js';
import type { Placement } from './transforms/placement.js';

/** Maps of one sample. */
export interface PackedMaps {
  width: number;
  height: number;
  /**
   * `[2, height, stride]`, starting on a word: the threshold map, then the three binary maps as bits of one byte. Rows are
   * filled up to whole words with padding.
   */
  data: Uint8Array;
}

const PROBABILITY = 1;
const PROBABILITY_MASK = 2;
const THRESHOLD_MASK = 4;
/** The lowest bit of each of four pixels. */
const LOW_BITS = 0x01010101;
const WORD = 4;
/** Outside a sample all is background that counts: no text, and no threshold to learn. */
const PADDING = { threshold: 0, bits: PROBABILITY_MASK };

const strideOf = (width: number) => Math.ceil(width / WORD) * WORD;

export function packMaps(maps: TargetMaps, width: number, height: number): PackedMaps {
  const packed = emptyPacked(width, height);
  const { data } = packed;
  const stride = strideOf(width);
  const bits = height * stride;
  const { probability, probabilityMask, threshold, thresholdMask } = maps;
  for (let y = 0, from = 0; y < height; y++) {
    for (let x = 0, to = y * stride; x < width; x++, from++, to++) {
      data[to] = threshold[from];
      data[bits + to] = probability[from] | (probabilityMask[from] << 1) | (thresholdMask[from] << 2);
    }
  }
  return packed;
}

export function unpackMaps({ width, height, data }: PackedMaps): TargetMaps {
  const stride = strideOf(width);
  const plane = (offset: number, bit: number) =>
    Uint8Array.from({ length: width * height }, (_, i) => {
      const value = data[offset + Math.floor(i / width) * stride + (i % width)];
      return bit === 0 ? value : Number((value & bit) !== 0);
    });
  const bits = height * stride;
  return {
    probability: plane(bits, PROBABILITY),
    probabilityMask: plane(bits, PROBABILITY_MASK),
    threshold: plane(0, 0),
    thresholdMask: plane(bits, THRESHOLD_MASK),
  };
}

export function packedToEntry({ width, height, data }: PackedMaps): CacheEntry {
  return { dtype: 'uint8', shape: [2, height, strideOf(width)], data, attributes: { width } };
}

/** Whether an entry of this form holds the maps of an image of that size. */
export function isPackedForm(
  { dtype, shape, attributes }: EntryForm,
  width: number,
  height: number,
): boolean {
  const wanted = [2, height, strideOf(width)];
  return dtype === 'uint8' && shape.join() === wanted.join() && attributes?.width === width;
}

export function packedFromEntry({ shape, data, attributes }: CacheEntry): PackedMaps {
  const aligned = data.byteOffset % WORD === 0 ? data : data.slice();
  return { width: attributes!.width, height: shape[1], data: aligned };
}

/** Mirrors and cuts the maps as an exact placement does the pixels. */
export function placePacked(source: PackedMaps, { width, height, exact }: Placement): PackedMaps {
  const { flip, left, top } = exact!;
  const placed = emptyPacked(width, height);
  const stride = strideOf(width);
  const sourceStride = strideOf(source.width);
  for (const [toPlane, fromPlane] of [
    [0, 0],
    [height * stride, source.height * sourceStride],
  ]) {
    for (let y = 0; y < height; y++) {
      const from = fromPlane + (y + top) * sourceStride;
      const to = toPlane + y * stride;
      if (flip) {
        const last = from + source.width - 1 - left;
        for (let x = 0; x < width; x++) placed.data[to + x] = source.data[last - x];
      } else {
        placed.data.set(source.data.subarray(from + left, from + left + width), to);
      }
    }
  }
  return placed;
}

/**
 * Unpacks the maps into a batch's planes at sample `n`, padding around them.
 *
 * @param width of the batch, a multiple of four pixels at least as wide as the maps
 */
export function layMaps(maps: PackedMaps, out: TargetMaps, n: number, width: number, height: number): void {
  const row = width / WORD;
  const own = strideOf(maps.width) / WORD;
  const words = toWords(maps.data);
  const bits = maps.height * own;
  const probability = toWords(out.probability);
  const probabilityMask = toWords(out.probabilityMask);
  const threshold = toWords(out.threshold);
  const thresholdMask = toWords(out.thresholdMask);
  const start = n * height * row;
  const end = start + height * row;
  const pad = (from: number, to: number) => {
    probability.fill(0, from, to);
    probabilityMask.fill(LOW_BITS, from, to);
    threshold.fill(PADDING.threshold, from, to);
    thresholdMask.fill(0, from, to);
  };
  let from = 0;
  for (let y = 0; y < maps.height; y++) {
    const first = start + y * row;
    for (let to = first; to < first + own; to++, from++) {
      const word = words[bits + from];
      threshold[to] = words[from];
      probability[to] = word & LOW_BITS;
      probabilityMask[to] = (word >>> 1) & LOW_BITS;
      thresholdMask[to] = (word >>> 2) & LOW_BITS;
    }
    if (own < row) pad(first + own, first + row);
  }
  pad(start + maps.height * row, end);
}

function emptyPacked(width: number, height: number): PackedMaps {
  const plane = height * strideOf(width);
  return { width, height, data: new Uint8Array(2 * plane).fill(PADDING.bits, plane) };
}

function toWords(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / WORD);
}
