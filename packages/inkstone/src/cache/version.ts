/** The version that users see and compare. It names what was configured; the fingerprint decides what may be read. */
import { createHash } from 'node:crypto';
import type { CacheConfig } from './config.js';

type Flags = Pick<CacheConfig, 'cache_images' | 'cache_maps' | 'cache_transformed_tensors'>;

const VERSION_DIGITS = 8;

/** First eight hex digits of an MD5 over the four flags, written with Python's `True` and `False`. */
export function getCacheVersion(config: Flags, { loadMaps }: { loadMaps: boolean }): string {
  const python = (flag: boolean) => (flag ? 'True' : 'False');
  const text =
    `cache_transformed_tensors=${python(config.cache_transformed_tensors)}|cache_images=${python(config.cache_images)}` +
    `|cache_maps=${python(config.cache_maps)}|load_maps=${python(loadMaps)}`;
  return createHash('md5').update(text).digest('hex').slice(0, VERSION_DIGITS);
}

/** The two lines that open every run's log. */
export function initialLines(config: Flags, { loadMaps }: { loadMaps: boolean }): string[] {
  return [
    `[INFO] Cache initialized with version: ${getCacheVersion(config, { loadMaps })}`,
    `[INFO] Cache config: tensor=${config.cache_transformed_tensors}, images=${config.cache_images}, ` +
      `maps=${config.cache_maps}, load_maps=${loadMaps}`,
  ];
}
