/**
 * `npm run bench` times the engine's training step (it is `inkstone bench`), `npm run bench -- cache` the cache, and
 * `npm run bench -- inference` finding text.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { benchCache } from './cache.js';
import { benchInference } from './inference.js';

const [what, ...rest] = process.argv.slice(2);
if (what === 'cache') await benchCache(rest);
else if (what === 'inference') await benchInference(rest);
else {
  const inkstone = fileURLToPath(new URL('../packages/inkstone/bin/inkstone.js', import.meta.url));
  const { status } = spawnSync(process.execPath, [inkstone, 'bench', ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
}
