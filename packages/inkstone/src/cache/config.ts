/** What a user may set. Keys are snake_case because they are written in YAML and on the command line. */
import { z } from 'zod';

const DEFAULT_DISK_BYTES = 20 * 2 ** 30;
const codec = z.enum(['none', 'lz4', 'zstd']);

export const cacheConfigSchema = z.strictObject({
  /** Keep decoded images, one entry a file. */
  cache_images: z.boolean().default(true),
  /** Keep probability and threshold maps, one entry a file. */
  cache_maps: z.boolean().default(true),
  /** Keep whole transformed samples, one entry a sample. The fastest, and the largest. */
  cache_transformed_tensors: z.boolean().default(false),
  /** Log one line of statistics every n accesses; null never does. */
  log_statistics_every_n: z.number().int().positive().nullable().default(null),
  /** Folder of the disk tier. Inkstone makes and marks it; it refuses a folder with other things in it. */
  root: z.string().min(1).default('.inkstone/cache'),
  /**
   * Upper bounds in bytes. `disk` counts for the whole root. `memory` counts for each thread that opens the cache; it is
   * off by default, because the system's page cache already is a memory tier that all processes share.
   */
  max_bytes: z
    .strictObject({
      memory: z.number().int().nonnegative().default(0),
      disk: z.number().int().positive().default(DEFAULT_DISK_BYTES),
    })
    .prefault({}),
  /** fsync every entry before it becomes visible. Off: a power cut may cost entries, never serve a wrong one. */
  durable: z.boolean().default(false),
  /** Compression of each level's payload on disk. */
  compression: z
    .strictObject({ image: codec.default('none'), tensor: codec.default('none'), maps: codec.default('lz4') })
    .prefault({}),
  /** The health check warns when the recent hit rate is below this and the cache is not merely cold. */
  low_hit_rate_percent: z.number().min(0).max(100).default(50),
  /** Entries that nobody read for this many days count as stale. */
  stale_after_days: z.number().positive().default(7),
  /** How many earlier versions of a dataset's cache stay on disk, so that a setting can be flipped back for free. */
  keep_versions: z.number().int().nonnegative().default(1),
  /** How a source file is recognised: by size and modification time, or by its content (reads every file at start). */
  fingerprint: z.enum(['stat', 'content']).default('stat'),
});

export type CacheConfig = z.infer<typeof cacheConfigSchema>;
/** The same with everything optional. */
export type CacheConfigInput = z.input<typeof cacheConfigSchema>;
export type Compression = z.infer<typeof codec>;

/** Fills in the defaults. Throws a ZodError that names the key at fault. */
export function parseCacheConfig(input: CacheConfigInput = {}): CacheConfig {
  return cacheConfigSchema.parse(input);
}
