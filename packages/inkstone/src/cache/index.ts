/** A disk and memory cache for prepared data that cannot serve a stale or damaged value. Knows nothing of training. */
export { analyseCache, type CacheAnalysis } from './analysis.js';
export { type ClearResult, type ClearSelection, clearCache } from './clear.js';
export { type CacheConfig, type CacheConfigInput, cacheConfigSchema, parseCacheConfig } from './config.js';
export type { ExpectedEntries } from './diagnosis.js';
export { type CacheHealth, healthReport, healthToJson, type LevelHealth } from './health.js';
export { allocateShared } from './io.js';
export { CacheRootError } from './layout.js';
export { type CacheHandle, CacheManager, type CacheOpenOptions, type FillOptions } from './manager.js';
export { toPrometheus } from './prometheus.js';
export { type SourceFact, type SourceFiles, sourceFact } from './sources.js';
export type { Percentiles } from './statistics.js';
export { type CacheStatus, cacheStatus, type NamespaceStatus } from './status.js';
export {
  type CacheDType,
  type CacheEntry,
  type CacheKind,
  cacheKinds,
  type Json,
  type JsonObject,
} from './types.js';
export { type VerifyOptions, type VerifyResult, verifyCache } from './verify.js';
export { getCacheVersion } from './version.js';
