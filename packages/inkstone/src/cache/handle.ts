import type { Levels, OpenCacheConfig } from './config.js';
import type { Manifest } from './namespace.js';

/** What another thread needs to open the same cache: plain data, to be posted or passed as `workerData`. */
export interface CacheHandle {
  readonly config: OpenCacheConfig;
  readonly levels: Levels;
  readonly manifest: Manifest;
  /** What differed from the previous use when the cache was opened, in words. */
  readonly changes: readonly string[];
  readonly statistics: SharedArrayBuffer;
}
