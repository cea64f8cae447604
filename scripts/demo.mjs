/**
 * `npm run demo`: sets up what is missing, trains a detector on receipts that Inkstone draws itself, and shows on pictures
 * what it learned. Arguments are overrides: `npm run demo -- trainer=fp16_safe`.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root, setUp } from './setup.mjs';

const MINUTE = 60_000;

const start = Date.now();
setUp();
const inkstone = join(root, 'packages/inkstone/bin/inkstone.js');
const { status } = spawnSync(
  process.execPath,
  [inkstone, 'train', '--config', 'packages/inkstone/configs/demo.yaml', ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit' },
);
if (status === 0) {
  console.log(`\nThe whole demo took ${((Date.now() - start) / MINUTE).toFixed(1)} minutes.`);
}
process.exitCode = status ?? 1;
