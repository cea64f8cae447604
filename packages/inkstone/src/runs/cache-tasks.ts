/** What a configuration would do with its cache: asked ahead (`validate`), done ahead (`warm`), measured (`profile`). */
import { rm } from 'node:fs/promises';
import { type CacheKind, CacheManager } from '../cache/index.js';
import { createDataset, type Dataset, type Split } from '../data/index.js';
import { median } from '../system/index.js';
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
  readonly kind: CacheKind;
  readonly key: string;
}

/** Would this configuration use what is cached? Reads headers only and changes nothing; undefined: not cached at all. */
export async function validateCache(config: RunConfig, split: Split): Promise<CacheValidation | undefined> {
  const cacheConfig = cacheOf(config.data, split);
  if (!cacheConfig) return undefined;
  const request = describeDataset(config.data, split, config.seed);
  const dataset = await createDataset({
    ...request,
    options: { ...request.options, preload_images: false },
    fingerprint: cacheConfig.fingerprint,
  });
  const cache = CacheManager.preview(dataset.cacheOptions(cacheConfig));
  const found = { valid: [], outdated: [], absent: [] } as Record<
    'valid' | 'outdated' | 'absent',
    CacheEntryName[]
  >;
  for (const sample of dataset.samples) {
    const states = dataset.reader
      .cacheRequests(sample)
      .filter(({ kind }) => cache.caches(kind))
      .map(({ kind, key, sources }) => ({ kind, key, state: cache.peek(kind, key, sources) }));
    const hasTensor = states.some(({ kind, state }) => kind === 'tensor' && state === 'valid');
    for (const { kind, key, state } of states) {
      if (kind === 'image' && hasTensor && state !== 'valid') continue;
      found[state].push({ kind, key });
    }
  }
  return {
    split,
    usable: cache.exists,
    version: cache.getCacheVersion(),
    fingerprint: cache.fingerprint,
    changes: cache.changes,
    valid: found.valid.length,
    outdated: found.outdated,
    absent: found.absent,
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
  /** Samples that were cached already. */
  readonly found: number;
  readonly seconds: number;
}

/** Fills the cache ahead of training. What is there already is left alone, so an interrupted call can be repeated. */
export async function warmCache(config: RunConfig, options: WarmOptions): Promise<WarmResult | undefined> {
  const { split, shard = { index: 1, of: 1 }, log, onProgress } = options;
  const cacheConfig = cacheOf(config.data, split);
  if (!cacheConfig) return undefined;
  const start = performance.now();
  const request = describeDataset(config.data, split, config.seed);
  const dataset = await createDataset({
    ...request,
    options: { ...request.options, preload_images: false },
    cache: cacheConfig,
    log,
  });
  const share = [...dataset.samples.keys()].filter((i) => i % shard.of === shard.index - 1);
  const missing = share.filter((i) => !isCached(dataset, dataset.samples[i]));
  const found = share.length - missing.length;
  let done = found;
  onProgress?.(done, share.length);
  await dataset.warm(missing, () => onProgress?.(++done, share.length));
  dataset.cache?.close();
  return { split, samples: share.length, found, seconds: (performance.now() - start) / 1000 };
}

function isCached({ reader, cache }: Dataset, sample: Dataset['samples'][number]): boolean {
  const requests = reader.cacheRequests(sample).filter(({ kind }) => cache?.caches(kind));
  const holds = (kind: CacheKind) => {
    const request = requests.find((r) => r.kind === kind);
    return request === undefined || cache?.peek(kind, request.key, request.sources) === 'valid';
  };
  const pixels = requests.some(({ kind }) => kind === 'tensor') ? holds('tensor') : holds('image');
  return pixels && holds('maps');
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
 * Prepares the first `count` training samples twice over a cache of its own in `folder`, which is deleted at the end.
 * `cache_splits` is passed over: what counts here is what the levels cost.
 */
export async function profileCache(config: RunConfig, folder: string, count: number): Promise<CacheProfile> {
  const request = describeDataset(config.data, 'train', config.seed);
  const cache = cacheOf({ ...config.data, cache_splits: ['train'] }, 'train');
  try {
    const dataset = await createDataset({
      ...request,
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
    const bytes = dataset.cache?.getCacheHealth().totalCacheBytes ?? 0;
    return {
      samples,
      bytesPerSample: bytes / samples,
      bytesOfSplit: (bytes / samples) * dataset.length,
      fillMs,
      readMs,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
