/** A disk and memory cache for prepared data that cannot serve a stale or damaged value. Knows nothing of training. */
export { type CacheConfig, type CacheConfigInput, cacheConfigSchema, parseCacheConfig } from './config.js';
export type { ExpectedEntries } from './diagnosis.js';
export { type CacheHealth, healthReport, healthToJson, type LevelHealth } from './health.js';
export { CacheRootError } from './layout.js';
export { type CacheHandle, CacheManager, type CacheOpenOptions, type FillOptions } from './manager.js';
export { type SourceFact, type SourceFiles, sourceFact } from './sources.js';
export type { Percentiles } from './statistics.js';
export {
  type CacheDType,
  type CacheEntry,
  type CacheKind,
  cacheKinds,
  type Json,
  type JsonObject,
} from './types.js';
export { getCacheVersion } from './version.js';
