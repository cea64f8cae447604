/** `npm run demo`: sets up what is missing, then `inkstone demo`. Arguments go there: `npm run demo -- --small trainer=fp16_safe`. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root, setUp } from './setup.mjs';

setUp();
const inkstone = join(root, 'packages/inkstone/bin/inkstone.js');
const words = [inkstone, 'demo', ...process.argv.slice(2)];
const { status } = spawnSync(process.execPath, words, { cwd: root, stdio: 'inherit' });
process.exitCode = status ?? 1;
