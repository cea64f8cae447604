/** How an open cache is doing. A snapshot that changes nothing. */
import type { CacheConfig } from '../config.js';
import type { CacheHandle } from '../handle.js';
import { entriesOf, type LevelSize, sizesOf } from '../scan.js';
import { sharedAddress } from '../shared/address.js';
import type { LevelCounter, Percentiles, Statistics } from '../statistics.js';

export interface LevelHealth
  extends Readonly<Record<Exclude<LevelCounter, 'memoryEntries' | 'memoryBytes'>, number>> {
  readonly disk: LevelSize;
  /** Of all threads that share the statistics. */
  readonly memory: LevelSize;
}

export interface SharedHealth {
  readonly server: string;
  /** As this program last found it: `away` is left alone for a while, `full` is read and stores nothing. */
  readonly state: 'usable' | 'away' | 'full';
  readonly hits: number;
  readonly stored: number;
  readonly unstored: number;
  readonly healed: number;
}

export interface CacheHealth {
  readonly cacheVersion: string;
  readonly fingerprint: string;
  readonly scope: string;
  /** On disk, over all levels. */
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
  readonly levels: Readonly<Record<string, LevelHealth>>;
  /** Null where there is no shared tier. */
  readonly shared: SharedHealth | null;
  /** Milliseconds that a fill took. */
  readonly fillLatencyMs: Percentiles;
  /** Milliseconds that a hit on disk took. */
  readonly readLatencyMs: Percentiles;
  /** Milliseconds that a hit of the shared tier took. */
  readonly sharedReadLatencyMs: Percentiles;
  /** What differed from the previous run when the cache was opened, in words. */
  readonly changes: readonly string[];
  readonly config: CacheConfig;
}

const percent = (part: number, whole: number) => (whole === 0 ? 0 : (100 * part) / whole);

/** Of what `handle` opened, whose entries lie in `folder`. */
export function measureHealth(handle: CacheHandle, folder: string, statistics: Statistics): CacheHealth {
  const { config, changes, manifest } = handle;
  const { version, fingerprint, scope, levels } = manifest;
  const sizes = sizesOf(entriesOf(folder), levels);
  const total = (of: keyof LevelSize) => Object.values(sizes).reduce((sum, size) => sum + size[of], 0);
  const levelHealth = (level: string): LevelHealth => {
    const { memoryEntries, memoryBytes, ...counters } = statistics.countersOf(level);
    return { disk: sizes[level], memory: { entries: memoryEntries, bytes: memoryBytes }, ...counters };
  };
  const hits = statistics.hits();
  const misses = statistics.sum('misses');
  const recent = statistics.recent();
  return {
    cacheVersion: version,
    fingerprint,
    scope,
    totalCacheEntries: total('entries'),
    totalCacheBytes: total('bytes'),
    cacheHits: hits,
    cacheMisses: misses,
    totalAccesses: hits + misses,
    hitRatePercent: percent(hits, hits + misses),
    recent: { accesses: recent.accesses, hitRatePercent: percent(recent.hits, recent.accesses) },
    evictions: statistics.sum('memoryEvictions') + statistics.sum('diskEvictions'),
    invalidations: statistics.sum('invalidations'),
    healed: statistics.sum('healed'),
    levels: Object.fromEntries(levels.map((level) => [level, levelHealth(level)])),
    shared: sharedHealth(config, statistics),
    fillLatencyMs: statistics.percentiles('fill'),
    readLatencyMs: statistics.percentiles('read'),
    sharedReadLatencyMs: statistics.percentiles('sharedRead'),
    changes,
    config,
  };
}

function sharedHealth({ shared }: CacheConfig, statistics: Statistics): SharedHealth | null {
  const address = sharedAddress(shared.url);
  if (address === undefined) return null;
  const isAway = statistics.mark('sharedAwayUntil') !== 0;
  const isFull = statistics.mark('sharedFullUntil') !== 0;
  return {
    server: address.name,
    state: isAway ? 'away' : isFull ? 'full' : 'usable',
    hits: statistics.sum('sharedHits'),
    stored: statistics.sum('sharedStored'),
    unstored: statistics.sum('sharedUnstored'),
    healed: statistics.sum('sharedHealed'),
  };
}

/** The same under snake_case names (`cache_hits`, `hit_rate_percent` …), as it is kept beside the entries. */
export function healthToJson(health: CacheHealth): Record<string, unknown> {
  const { recent, ...rest } = health;
  const fields = Object.entries(rest).map(([name, value]) => [
    name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    value,
  ]);
  return {
    ...Object.fromEntries(fields),
    recent: { accesses: recent.accesses, hit_rate_percent: recent.hitRatePercent },
  };
}
