/** How the cache is doing: a snapshot that changes nothing, the report in the log, and the check that tells cold from sick. */
import type { CacheConfig } from './config.js';
import { type LevelSize, sizesOf } from './scan.js';
import type { Percentiles, Statistics } from './statistics.js';
import { type CacheKind, cacheKinds } from './types.js';

export interface LevelHealth {
  readonly disk: LevelSize;
  /** Of all threads that share the statistics. */
  readonly memory: LevelSize;
  readonly memoryHits: number;
  readonly diskHits: number;
  readonly misses: number;
  readonly memoryEvictions: number;
  readonly diskEvictions: number;
  readonly invalidations: number;
  readonly healed: number;
  readonly unstored: number;
}

export interface CacheHealth {
  readonly cacheVersion: string;
  readonly fingerprint: string;
  readonly scope: string;
  /** Entries on disk per level and together. */
  readonly imageCacheSize: number;
  readonly tensorCacheSize: number;
  readonly mapsCacheSize: number;
  readonly totalCacheEntries: number;
  readonly totalCacheBytes: number;
  readonly cacheHits: number;
  readonly cacheMisses: number;
  readonly totalAccesses: number;
  readonly hitRatePercent: number;
  /** The last accesses (at most 1000). */
  readonly recent: { readonly accesses: number; readonly hitRatePercent: number };
  readonly evictions: number;
  readonly invalidations: number;
  readonly healed: number;
  readonly levels: Readonly<Record<CacheKind, LevelHealth>>;
  /** Milliseconds that a fill took. */
  readonly fillLatencyMs: Percentiles;
  /** Milliseconds that a hit on disk took. */
  readonly readLatencyMs: Percentiles;
  /** What differed from the previous run when the cache was opened, in words. */
  readonly changes: readonly string[];
  readonly loadMaps: boolean;
  readonly config: CacheConfig;
}

export interface HealthSubject {
  readonly folder: string;
  readonly version: string;
  readonly fingerprint: string;
  readonly scope: string;
  readonly loadMaps: boolean;
  readonly changes: readonly string[];
  readonly config: CacheConfig;
  readonly statistics: Statistics;
}

const percent = (part: number, whole: number) => (whole === 0 ? 0 : (100 * part) / whole);

export function measureHealth(subject: HealthSubject): CacheHealth {
  const { statistics, config } = subject;
  const sizes = sizesOf(subject.folder);
  const level = (kind: CacheKind): LevelHealth => ({
    disk: sizes[kind],
    memory: { entries: statistics.get(kind, 'memoryEntries'), bytes: statistics.get(kind, 'memoryBytes') },
    memoryHits: statistics.get(kind, 'memoryHits'),
    diskHits: statistics.get(kind, 'diskHits'),
    misses: statistics.get(kind, 'misses'),
    memoryEvictions: statistics.get(kind, 'memoryEvictions'),
    diskEvictions: statistics.get(kind, 'diskEvictions'),
    invalidations: statistics.get(kind, 'invalidations'),
    healed: statistics.get(kind, 'healed'),
    unstored: statistics.get(kind, 'unstored'),
  });
  const hits = statistics.sum('memoryHits') + statistics.sum('diskHits');
  const misses = statistics.sum('misses');
  const recent = statistics.recent();
  return {
    cacheVersion: subject.version,
    fingerprint: subject.fingerprint,
    scope: subject.scope,
    imageCacheSize: sizes.image.entries,
    tensorCacheSize: sizes.tensor.entries,
    mapsCacheSize: sizes.maps.entries,
    totalCacheEntries: cacheKinds.reduce((n, kind) => n + sizes[kind].entries, 0),
    totalCacheBytes: cacheKinds.reduce((n, kind) => n + sizes[kind].bytes, 0),
    cacheHits: hits,
    cacheMisses: misses,
    totalAccesses: hits + misses,
    hitRatePercent: percent(hits, hits + misses),
    recent: { accesses: recent.accesses, hitRatePercent: percent(recent.hits, recent.accesses) },
    evictions: statistics.sum('memoryEvictions') + statistics.sum('diskEvictions'),
    invalidations: statistics.sum('invalidations'),
    healed: statistics.sum('healed'),
    levels: { image: level('image'), tensor: level('tensor'), maps: level('maps') },
    fillLatencyMs: statistics.percentiles('fill'),
    readLatencyMs: statistics.percentiles('read'),
    changes: subject.changes,
    loadMaps: subject.loadMaps,
    config,
  };
}

const REPORT_WIDTH = 60;

/** The report that goes to the log. */
export function healthReport(health: CacheHealth): string[] {
  const double = '='.repeat(REPORT_WIDTH);
  const single = '-'.repeat(REPORT_WIDTH);
  return [
    double,
    'CACHE HEALTH REPORT',
    double,
    `Cache Version: ${health.cacheVersion}`,
    `Image Cache: ${health.imageCacheSize} entries`,
    `Tensor Cache: ${health.tensorCacheSize} entries`,
    `Maps Cache: ${health.mapsCacheSize} entries`,
    `Total Entries: ${health.totalCacheEntries}`,
    single,
    `Cache Hits: ${health.cacheHits}`,
    `Cache Misses: ${health.cacheMisses}`,
    `Hit Rate: ${health.hitRatePercent.toFixed(1)}%`,
    single,
    'Configuration:',
    `  cache_images: ${health.config.cache_images}`,
    `  cache_maps: ${health.config.cache_maps}`,
    `  cache_transformed_tensors: ${health.config.cache_transformed_tensors}`,
    double,
  ];
}

/** JSON with the names the original's `get_cache_health()` had, beside our own. */
export function healthToJson(health: CacheHealth): Record<string, unknown> {
  return {
    cache_version: health.cacheVersion,
    image_cache_size: health.imageCacheSize,
    tensor_cache_size: health.tensorCacheSize,
    maps_cache_size: health.mapsCacheSize,
    total_cache_entries: health.totalCacheEntries,
    cache_hits: health.cacheHits,
    cache_misses: health.cacheMisses,
    total_accesses: health.totalAccesses,
    hit_rate_percent: health.hitRatePercent,
    config: health.config,
    total_cache_bytes: health.totalCacheBytes,
    recent: { accesses: health.recent.accesses, hit_rate_percent: health.recent.hitRatePercent },
    evictions: health.evictions,
    invalidations: health.invalidations,
    healed: health.healed,
    levels: health.levels,
    fill_latency_ms: health.fillLatencyMs,
    read_latency_ms: health.readLatencyMs,
    fingerprint: health.fingerprint,
    scope: health.scope,
    load_maps: health.loadMaps,
    changes: health.changes,
  };
}
