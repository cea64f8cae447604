/** What a configuration would do with its cache: asked ahead (`validate`), done ahead (`warm`), measured (`profile`). */
import { mkdtemp, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import {
  type CacheLevel,
  createDataset,
  type Dataset,
  type DatasetOptions,
  type SampleEntry,
  type Split,
} from '../data/index.js';
import { bytes, InkstoneError, median, prepareFolder } from '../system/index.js';
import type { RunConfig } from './config.js';
import { cacheOf, describeDataset } from './splits.js';

export interface CacheValidation {
  readonly split: Split;
  /** Whether this configuration finds a cache of its own. */
  readonly usable: boolean;
  readonly version: string;
  readonly fingerprint: string;
  /** What differs from the last run, in words. */
  readonly changes: readonly string[];
  /** Entries that would be read. */
  readonly valid: number;
  /** Entries that would be computed: their sources changed, or they are not there. */
  readonly outdated: readonly CacheEntryName[];
  readonly absent: readonly CacheEntryName[];
}

export interface CacheEntryName {
  /** Its level, under the name that scripts know. */
  readonly kind: CacheLevel;
  readonly key: string;
}

/** The split with its cache; undefined when it is not cached at all. */
async function openCached(
  config: RunConfig,
  split: Split,
  access: Pick<DatasetOptions, 'previewCache' | 'log'>,
): Promise<Dataset | undefined> {
  const cache = cacheOf(config.data, split);
  if (!cache) return undefined;
  const request = describeDataset(config.data, split, config.seed);
  return createDataset({
    ...request,
    options: { ...request.options, preload_images: false },
    cache,
    ...access,
  });
}

/** Would this configuration use what is cached? Reads headers only and changes nothing; undefined: not cached at all. */
export async function validateCache(config: RunConfig, split: Split): Promise<CacheValidation | undefined> {
  const dataset = await openCached(config, split, { previewCache: true });
  if (!dataset?.cache) return undefined;
  const { exists, version, fingerprint, changes } = dataset.cache;
  const entries = dataset.samples.flatMap((sample) => dataset.cacheEntries(sample));
  const named = (wanted: SampleEntry['state']) =>
    entries.flatMap(({ level, key, state }) => (state === wanted ? [{ kind: level, key }] : []));
  return {
    split,
    usable: exists,
    version,
    fingerprint,
    changes,
    valid: named('valid').length,
    outdated: named('outdated'),
    absent: named('absent'),
  };
}

export interface WarmOptions {
  readonly split: Split;
  /** Only every `of`-th sample, beginning with the `index`-th: several machines share the work. Counted from 1. */
  readonly shard?: { readonly index: number; readonly of: number };
  readonly log: (line: string) => void;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface WarmResult {
  readonly split: Split;
  readonly samples: number;
  /** Samples that are cached now. Damaged pictures, and such as change meanwhile, cannot be. */
  readonly ready: number;
  /** Samples that were cached already. */
  readonly found: number;
  readonly seconds: number;
}

/**
 * Fills the cache ahead of training. What is there already is left alone, so an interrupted call can be repeated.
 *
 * @throws InkstoneError when something could not be stored, or was evicted again: then the cache is not ready
 */
export async function warmCache(config: RunConfig, options: WarmOptions): Promise<WarmResult | undefined> {
  const { split, shard = { index: 1, of: 1 }, log, onProgress } = options;
  const start = performance.now();
  const dataset = await openCached(config, split, { log });
  if (!dataset?.cache) return undefined;
  const { cache } = dataset;
  const { root } = cache.config;
  if (!cache.isWritable) {
    throw new InkstoneError(`${root}: the cache cannot be written, so there is nothing to warm`);
  }
  const share = [...dataset.samples.keys()].filter((i) => i % shard.of === shard.index - 1);
  const isReady = (i: number) =>
    dataset.cacheEntries(dataset.samples[i]).every(({ state }) => state === 'valid');
  const missing = share.filter((i) => !isReady(i));
  const found = share.length - missing.length;
  let done = found;
  onProgress?.(done, share.length);
  await dataset.warm(missing, () => onProgress?.(++done, share.length));
  dataset.closeCache();
  const { levels, evictions } = cache.getCacheHealth();
  const unstored = Object.values(levels).reduce((sum, level) => sum + level.unstored, 0);
  if (unstored > 0) {
    throw new InkstoneError(`${root}: ${unstored} entries could not be stored, so the cache is not ready`);
  }
  const ready = share.filter(isReady).length;
  if (ready < share.length && evictions > 0) {
    const room = bytes(cache.config.max_bytes.disk);
    throw new InkstoneError(
      `${root}: only ${ready} of ${share.length} samples fit into the ${room} of data.cache_config.max_bytes.disk; raise it`,
    );
  }
  return { split, samples: share.length, ready, found, seconds: (performance.now() - start) / 1000 };
}

export interface CacheProfile {
  readonly samples: number;
  /** On disk, for each sample and for the whole split. */
  readonly bytesPerSample: number;
  readonly bytesOfSplit: number;
  /** Milliseconds (medians) to prepare one sample for training: the first time, and from then on. */
  readonly fillMs: number;
  readonly readMs: number;
}

/**
 * Prepares the first `count` training samples twice over a cache of its own, beside the configured one; it is deleted at the end.
 * `cache_splits` is passed over: what counts here is what the levels cost.
 */
export async function profileCache(config: RunConfig, count: number): Promise<CacheProfile> {
  const request = describeDataset(config.data, 'train', config.seed);
  const cache = cacheOf({ ...config.data, cache_splits: ['train'] }, 'train');
  const root = resolve(config.data.cache_config.root);
  prepareFolder(dirname(root));
  const folder = await mkdtemp(`${root}-profile-`);
  try {
    const dataset = await createDataset({
      ...request,
      options: { ...request.options, preload_images: false },
      // The random suffix costs the same in every configuration.
      augment: false,
      ...(cache && { cache: { ...cache, root: folder } }),
      log: () => {},
    });
    const samples = Math.min(count, dataset.length);
    const pass = async () => {
      const times: number[] = [];
      for (const [index, sample] of dataset.samples.slice(0, samples).entries()) {
        const start = performance.now();
        await dataset.reader.load(sample, { epoch: 0, index });
        times.push(performance.now() - start);
      }
      return median(times)!;
    };
    const fillMs = await pass();
    const readMs = await pass();
    const size = dataset.cache?.getCacheHealth().totalCacheBytes ?? 0;
    return {
      samples,
      bytesPerSample: size / samples,
      bytesOfSplit: (size / samples) * dataset.length,
      fillMs,
      readMs,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
