/**
 * Fills a cache once, or clears it; says `1`, `2` … as soon as the value of that key was handed out. Plain JavaScript over
 * dist/, so that its system calls are those of the cache. Arguments: what to do, options of the cache as JSON, number of keys.
 */
import { writeSync } from 'node:fs';
import { CacheManager, clearCache } from '../../dist/cache/index.js';

const [act, json, keys] = process.argv.slice(2);
const options = JSON.parse(json);

if (act === 'clear') await clearCache(options.config.root, {});
else {
  const cache = await CacheManager.open(options);
  for (let key = 1; key <= Number(keys); key++) {
    await cache.getOrFill('text', String(key), async () => ({
      dtype: 'uint8',
      shape: [100_000],
      data: new Uint8Array(100_000).fill(key),
    }));
    writeSync(1, `${key}\n`);
  }
  cache.close();
}
