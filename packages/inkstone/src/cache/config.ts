/** What a cache can be told. Keys are snake_case because they are written in YAML and on the command line. */
import { z } from 'zod';
import { byteCountSchema } from './byte-count.js';
import { codecs } from './compression.js';
import { isLevelName, RESERVED_FOLDERS } from './layout.js';
import { ADDRESS_VARIABLE, sharedAddress, sharedUrlSchema } from './shared/address.js';

const DEFAULT_DISK_BYTES = 20e9;

const fingerprintModes = ['stat', 'content'] as const;
export type FingerprintMode = (typeof fingerprintModes)[number];

export const cacheConfigSchema = z.strictObject({
  log_statistics_every_n: z
    .int()
    .positive()
    .nullable()
    .default(null)
    .describe('Log one line of statistics every n accesses; null never does.'),
  root: z
    .string()
    .min(1)
    .default('.inkstone/cache')
    .describe(
      'Folder of the disk tier. Inkstone makes and marks it; it refuses a folder with other things in it.',
    ),
  max_bytes: z
    .strictObject({
      memory: byteCountSchema
        .prefault(0)
        .describe(
          "Bound of the memory tier of each thread that opens the cache. Off by default, because the system's page cache " +
            'already is a memory tier that all processes share.',
        ),
      disk: byteCountSchema
        .refine((bytes) => bytes > 0, 'must be above 0')
        .prefault(DEFAULT_DISK_BYTES)
        .describe('Bound of the whole root.'),
    })
    .prefault({})
    .describe('Upper bounds: bytes, or a size such as 500MB (10⁶) or 20GiB (2³⁰).'),
  durable: z
    .boolean()
    .default(false)
    .describe(
      'fsync every entry before it becomes visible. Off: a power cut may cost entries, never serve a wrong one.',
    ),
  low_hit_rate_percent: z
    .number()
    .min(0)
    .max(100)
    .default(50)
    .describe(
      'The health check warns when the recent hit rate is below this and the cache is not merely cold.',
    ),
  stale_after_days: z
    .number()
    .positive()
    .default(7)
    .describe('Entries that nobody read for this many days count as stale.'),
  keep_versions: z
    .int()
    .nonnegative()
    .default(1)
    .describe(
      "How many earlier versions of a data set's cache stay on disk, so that a setting can be flipped back for free.",
    ),
  fingerprint: z
    .enum(fingerprintModes)
    .nullable()
    .default(null)
    .describe(
      'How a source file is recognised: stat, by what the system says of it (device, inode, size, times of modification and ' +
        'change), or content, by its bytes (reads every file at the start). null: content with a shared tier, else stat.',
    ),
  shared: z
    .strictObject({
      url: sharedUrlSchema
        .nullable()
        .default(null)
        .describe(
          'Redis or Valkey server that hosts share prepared samples through: redis://HOST:PORT, or rediss:// for TLS. null: the ' +
            `address in the environment's ${ADDRESS_VARIABLE}, which may hold a password; where that is not set, none.`,
        ),
      max_entry_bytes: byteCountSchema.prefault(64e6).describe('Larger entries are not stored there.'),
      expire_after_days: z
        .number()
        .positive()
        .max(3650)
        .default(30)
        .describe('The server forgets an entry so long after it was stored.'),
      timeout_ms: z
        .int()
        .min(10)
        .max(60_000)
        .default(500)
        .describe('An answer that takes longer is not waited for, and the server is left alone for a while.'),
    })
    .prefault({})
    .describe('The shared tier, asked where memory and disk have nothing.'),
});

export type CacheConfig = z.output<typeof cacheConfigSchema>;
/** Of a cache that is open: it is decided how files are recognised. */
export interface OpenCacheConfig extends CacheConfig {
  readonly fingerprint: FingerprintMode;
}
/** The same with everything optional. */
export type CacheConfigInput = z.input<typeof cacheConfigSchema>;

/** What the system says of a file differs from host to host. @throws InputError for an address that cannot be one */
export const fingerprintMode = ({ fingerprint, shared }: CacheConfig): FingerprintMode =>
  fingerprint ?? (sharedAddress(shared.url) === undefined ? 'stat' : 'content');

export const compressionSchema = z.enum(codecs);

const levelSchema = z.strictObject({
  /** A level that is not kept is filled on every read, and counted nowhere. */
  kept: z.boolean().default(true),
  /** Of its payloads on disk. */
  compression: compressionSchema.default('none'),
  /** How many different entries it will be asked for: lets the health check notice keys that never repeat. */
  expected: z.int().nonnegative().optional(),
});

/** By name; a name is a folder and stands in every report. */
export const levelsSchema = z.record(
  z
    .string()
    .refine(
      isLevelName,
      `a level is named in lower-case letters, digits, - and _; ${RESERVED_FOLDERS.join(' and ')} are taken`,
    ),
  levelSchema,
);

export type Levels = Readonly<z.output<typeof levelsSchema>>;
export type LevelsInput = z.input<typeof levelsSchema>;
