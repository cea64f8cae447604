/** A disk and memory cache for prepared data that cannot serve a stale or damaged value. Knows nothing of training. */
export { type ClearResult, type ClearSelection, clearCache } from './clear.js';
export type { Compression } from './compression.js';
export {
  type CacheConfig,
  type CacheConfigInput,
  cacheConfigSchema,
  compressionSchema,
  fingerprintMode,
  type Levels,
  type LevelsInput,
  type OpenCacheConfig,
} from './config.js';
export type { EntryForm } from './entry-format.js';
export type { CacheHandle } from './handle.js';
export { type CacheHealth, healthToJson, type LevelHealth, type SharedHealth } from './inspect/health.js';
export { toPrometheus } from './inspect/prometheus.js';
export {
  type CacheReport,
  type Finding,
  type InspectOptions,
  inspectCache,
  lastSharedUse,
  type NamespaceReport,
  type SharedUse,
} from './inspect/report.js';
export { allocateShared } from './io.js';
export { CacheRootError } from './layout.js';
export { CacheManager, type CacheOpenOptions, type FillOptions } from './manager.js';
export { sharedUrlSchema } from './shared/address.js';
export type { SharedReport } from './shared/look.js';
export {
  isSameSource,
  readSource,
  SourceChangedError,
  type SourceFact,
  type SourceFiles,
  sourceFact,
} from './sources.js';
export type { Percentiles } from './statistics.js';
export type { CacheDType, CacheEntry, Json, JsonObject } from './types.js';
