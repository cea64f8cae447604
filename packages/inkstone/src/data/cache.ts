/** How a dataset uses a cache: its levels, what a sample asks of them, and the options that users type. */
import { z } from 'zod';
import {
  CacheManager,
  type CacheOpenOptions,
  cacheConfigSchema,
  compressionSchema,
  type JsonObject,
  type SourceFact,
} from '../cache/index.js';
import { cacheVersion, initialLines } from './cache-report.js';

/** Decoded images and target maps by file, finished samples (decoded and resized) by sample. */
export const CACHE_LEVELS = ['image', 'tensor', 'maps'] as const;
export type CacheLevel = (typeof CACHE_LEVELS)[number];

/** The group `data.cache_config`. */
export const cacheOptionsSchema = z.strictObject({
  cache_images: z.boolean().default(true).describe('Keep decoded images, one entry a file.'),
  cache_maps: z.boolean().default(true).describe('Keep probability and threshold maps, one entry a file.'),
  cache_transformed_tensors: z
    .boolean()
    .default(false)
    .describe('Keep whole transformed samples, one entry a sample. The fastest, and the largest.'),
  ...cacheConfigSchema.shape,
  compression: z
    .strictObject({
      image: compressionSchema.default('none').describe('Of decoded images.'),
      tensor: compressionSchema.default('none').describe('Of whole transformed samples.'),
      maps: compressionSchema.default('lz4').describe('Of target maps.'),
    })
    .prefault({})
    .describe('Compression of each level on disk.'),
});

export type CacheOptions = z.output<typeof cacheOptionsSchema>;
/** The same with everything optional. */
export type CacheOptionsInput = z.input<typeof cacheOptionsSchema>;

/** What its cache needs to know of a sample: the files it is made from. */
interface CachedSample {
  readonly id: string;
  readonly imageFact: SourceFact;
  readonly labelFact: SourceFact;
}

/** The dataset whose cache is opened. */
export interface CacheSubject {
  readonly scope: string;
  /** Everything but the files that decides what the cache may keep. */
  readonly description: JsonObject;
  readonly samples: readonly CachedSample[];
  readonly loadMaps: boolean;
}

/** Logs what is configured, then what changed since the last time. Errors as those of `CacheManager.open`. */
export async function openCache(
  options: CacheOptions,
  subject: CacheSubject,
  log: (line: string) => void,
): Promise<CacheManager> {
  for (const line of initialLines(options, subject.loadMaps)) log(line);
  return CacheManager.open({ ...describeCache(options, subject), log });
}

/** The cache that `openCache` would open; nothing on disk is touched. */
export const previewCache = (options: CacheOptions, subject: CacheSubject): CacheManager =>
  CacheManager.preview(describeCache(options, subject));

function describeCache(options: CacheOptions, subject: CacheSubject): CacheOpenOptions {
  const { cache_images, cache_maps, cache_transformed_tensors, compression, ...config } = options;
  const { scope, description, samples, loadMaps } = subject;
  const expected = samples.length;
  return {
    config,
    scope,
    levels: {
      image: { kept: cache_images, compression: compression.image, expected },
      tensor: { kept: cache_transformed_tensors, compression: compression.tensor, expected },
      maps: { kept: cache_maps, compression: compression.maps, expected: loadMaps ? expected : 0 },
    },
    description: {
      ...description,
      cache_images,
      cache_maps,
      cache_transformed_tensors,
      load_maps: loadMaps,
    },
    version: cacheVersion(options, loadMaps),
    sources: {
      image: samples.map(({ imageFact }) => imageFact),
      label: samples.map(({ labelFact }) => labelFact),
    },
  };
}

/** The files that a sample's entry is made from. */
export function sourcesOf(level: CacheLevel, { imageFact, labelFact }: CachedSample): SourceFact[] {
  return level === 'maps' ? [imageFact, labelFact] : [imageFact];
}

export interface SampleEntry {
  readonly level: CacheLevel;
  readonly key: string;
  readonly state: 'valid' | 'outdated' | 'absent';
}

/**
 * What preparing a sample asks of its cache, and whether it is there. A tensor hides its image: where the tensor is found
 * nobody asks for the image, so it need not be there.
 */
export function sampleEntries(cache: CacheManager, sample: CachedSample, withMaps: boolean): SampleEntry[] {
  const entries = CACHE_LEVELS.filter((level) => cache.keeps(level) && (withMaps || level !== 'maps')).map(
    (level) => ({
      level,
      key: sample.id,
      state: cache.peek(level, sample.id, sourcesOf(level, sample)),
    }),
  );
  const hidden = entries.some(({ level, state }) => level === 'tensor' && state === 'valid');
  return entries.filter(({ level, state }) => state === 'valid' || !(hidden && level === 'image'));
}
