/**
 * A process that uses a shared cache until it is killed, and exits with 1 should it ever be served a wrong value.
 * Arguments: root, number of keys, milliseconds that a fill takes, rounds over all keys (0: for ever), file to note
 * each fill in.
 */
import { appendFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { workerData } from 'node:worker_threads';
import { CacheManager } from '../../src/cache/index.js';
import { fillerOptions, fillerTruth } from './cache-filler-truth.js';

const [root, keys, milliseconds, rounds, note] = (workerData as string[] | null) ?? process.argv.slice(2);

const cache = await CacheManager.open(fillerOptions(root!));
const order = Array.from({ length: Number(keys) }, (_, i) => i);
for (let round = 0; round < Number(rounds) || rounds === '0'; round++) {
  order.sort(() => Math.random() - 0.5);
  for (const key of order) {
    const truth = fillerTruth(key);
    const { data, attributes } = await cache.getOrFill('tensor', String(key), async () => {
      await setTimeout(Number(milliseconds));
      if (note) appendFileSync(note, `${key}\n`);
      return truth;
    });
    if (Buffer.compare(data, truth.data) !== 0 || attributes?.key !== key) process.exit(1);
  }
}
