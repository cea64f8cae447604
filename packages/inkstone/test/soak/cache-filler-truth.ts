/** What `cache-filler` processes and the test that watches them agree on. */
import type { CacheEntry, CacheOpenOptions } from '../../src/cache/index.js';

const ENTRY_BYTES = 100_000;

export const fillerTruth = (key: number): CacheEntry => ({
  dtype: 'float32',
  shape: [ENTRY_BYTES / 4],
  data: Uint8Array.from({ length: ENTRY_BYTES }, (_, i) => i * key),
  attributes: { key },
});

/** Small on disk, so that entries are evicted and written again all the time when there are more than 60. */
export const fillerOptions = (root: string): CacheOpenOptions => ({
  config: { root, max_bytes: { disk: 60 * ENTRY_BYTES } },
  levels: { tensor: {} },
  scope: 'killed',
  description: {},
  log: () => {},
});
