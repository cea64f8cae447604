/** Target maps as a cache keeps them: two planes instead of four, exact. */
import type { CacheEntry } from '../cache/index.js';
import type { TargetMaps } from './batch.js';

const PROBABILITY = 1;
const PROBABILITY_MASK = 2;
const THRESHOLD_MASK = 4;

/** `[2, height, width]`: the threshold map, and the three binary maps as bits of one byte. */
export function packMaps(maps: TargetMaps, width: number, height: number): CacheEntry {
  const area = width * height;
  const data = new Uint8Array(2 * area);
  data.set(maps.threshold);
  for (let i = 0; i < area; i++) {
    data[area + i] =
      (maps.probability[i] && PROBABILITY) |
      (maps.probabilityMask[i] && PROBABILITY_MASK) |
      (maps.thresholdMask[i] && THRESHOLD_MASK);
  }
  return { dtype: 'uint8', shape: [2, height, width], data };
}

export function unpackMaps({ shape, data }: CacheEntry): TargetMaps {
  const area = shape[1] * shape[2];
  const maps: TargetMaps = {
    probability: new Uint8Array(area),
    probabilityMask: new Uint8Array(area),
    threshold: data.slice(0, area),
    thresholdMask: new Uint8Array(area),
  };
  for (let i = 0; i < area; i++) {
    const bits = data[area + i];
    maps.probability[i] = bits & PROBABILITY;
    maps.probabilityMask[i] = (bits & PROBABILITY_MASK) >> 1;
    maps.thresholdMask[i] = (bits & THRESHOLD_MASK) >> 2;
  }
  return maps;
}
