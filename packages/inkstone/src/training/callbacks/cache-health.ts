import type { CacheManager } from '../../cache/index.js';
import type { Callback, Run } from '../callback.js';

/** Logs how the cache of each split did, at the end of every epoch. */
export class CacheHealthCallback implements Callback {
  readonly name = 'cache_health';

  constructor(readonly caches: Readonly<Record<string, CacheManager | undefined>>) {}

  onEpochEnd(run: Run): void {
    for (const [split, cache] of Object.entries(this.caches)) {
      if (cache === undefined) continue;
      const health = cache.getCacheHealth();
      run.log({
        [`cache/${split}_hit_rate_percent`]: health.hitRatePercent,
        [`cache/${split}_entries`]: health.totalCacheEntries,
        [`cache/${split}_bytes`]: health.totalCacheBytes,
        [`cache/${split}_healed`]: health.healed,
      });
    }
  }
}
