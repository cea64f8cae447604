/** What an entry is. No behaviour. */

export const cacheDTypes = ['uint8', 'float16', 'float32'] as const;
export type CacheDType = (typeof cacheDTypes)[number];

/** Bytes of one element. */
export const dtypeBytes: Readonly<Record<CacheDType, number>> = { uint8: 1, float16: 2, float32: 4 };

/** A value of the cache. A cached and a freshly filled one cannot be told apart, and never share memory. */
export interface CacheEntry {
  readonly dtype: CacheDType;
  /** At most five dimensions, row-major. */
  readonly shape: readonly number[];
  /** Exactly `shape` × bytes of `dtype`, little-endian. */
  readonly data: Uint8Array;
  /** Small finite numbers that belong to the value (original width, scale …): stored and verified with it. */
  readonly attributes?: Readonly<Record<string, number>>;
}

/** Plain JSON, the material that fingerprints are made of. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}
