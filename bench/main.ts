/** `npm run bench` times the engine's training step, `npm run bench -- cache` the cache. */
import { benchCommand } from '../src/cli/bench.js';
import { benchCache } from './cache.js';

const [what, ...rest] = process.argv.slice(2);
if (what === 'cache') await benchCache(rest);
else await benchCommand().parseAsync(process.argv);
