/** The version of a dataset's cache, the first lines of its log and its health report, as the original's users know them. */
import { createHash } from 'node:crypto';
import { type CacheManager, healthToJson } from '../cache/index.js';

interface Flags {
  readonly cache_images: boolean;
  readonly cache_maps: boolean;
  readonly cache_transformed_tensors: boolean;
}

const VERSION_DIGITS = 8;

/**
 * The version that users see and compare: it names what was configured, the fingerprint decides what may be read. First
 * eight hex digits of an MD5 over the four flags, written with Python's `True` and `False`.
 */
export function cacheVersion(flags: Flags, loadMaps: boolean): string {
  const python = (flag: boolean) => (flag ? 'True' : 'False');
  const text =
    `cache_transformed_tensors=${python(flags.cache_transformed_tensors)}|cache_images=${python(flags.cache_images)}` +
    `|cache_maps=${python(flags.cache_maps)}|load_maps=${python(loadMaps)}`;
  return createHash('md5').update(text).digest('hex').slice(0, VERSION_DIGITS);
}

/** The two lines that open every run's log. */
export function initialLines(flags: Flags, loadMaps: boolean): string[] {
  return [
    `[INFO] Cache initialized with version: ${cacheVersion(flags, loadMaps)}`,
    `[INFO] Cache config: tensor=${flags.cache_transformed_tensors}, images=${flags.cache_images}, ` +
      `maps=${flags.cache_maps}, load_maps=${loadMaps}`,
  ];
}

function flagsOf({ levels: { image, maps, tensor } }: CacheManager): Flags {
  return {
    cache_images: image.kept,
    cache_maps: maps.kept,
    cache_transformed_tensors: tensor.kept,
  };
}

const REPORT_WIDTH = 60;

/** The health report, line by line. */
export function cacheHealthReport(cache: CacheManager): string[] {
  const health = cache.getCacheHealth();
  const { image, tensor, maps } = health.levels;
  const double = '='.repeat(REPORT_WIDTH);
  const single = '-'.repeat(REPORT_WIDTH);
  return [
    double,
    'CACHE HEALTH REPORT',
    double,
    `Cache Version: ${health.cacheVersion}`,
    `Image Cache: ${image.disk.entries} entries`,
    `Tensor Cache: ${tensor.disk.entries} entries`,
    `Maps Cache: ${maps.disk.entries} entries`,
    `Total Entries: ${health.totalCacheEntries}`,
    single,
    `Cache Hits: ${health.cacheHits}`,
    `Cache Misses: ${health.cacheMisses}`,
    `Hit Rate: ${health.hitRatePercent.toFixed(1)}%`,
    single,
    'Configuration:',
    ...Object.entries(flagsOf(cache)).map(([flag, value]) => `  ${flag}: ${value}`),
    double,
  ];
}

/** Health with all names that the original's `get_cache_health()` had, beside our own. */
export function cacheHealthJson(cache: CacheManager): Record<string, unknown> {
  const health = cache.getCacheHealth();
  const { image, tensor, maps } = health.levels;
  const compression = Object.entries(cache.levels).map(([level, settings]) => [level, settings.compression]);
  return {
    ...healthToJson(health),
    image_cache_size: image.disk.entries,
    tensor_cache_size: tensor.disk.entries,
    maps_cache_size: maps.disk.entries,
    load_maps: cache.description.load_maps,
    config: { ...flagsOf(cache), ...cache.config, compression: Object.fromEntries(compression) },
  };
}
