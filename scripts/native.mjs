/** Compiles the kernels after `npm ci`. A machine without a compiler goes on with what it has. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { compileWasm } from './wasm.mjs';

const inkstone = fileURLToPath(new URL('../packages/inkstone/bin/inkstone.js', import.meta.url));

export function compileNative() {
  const { status } = spawnSync(process.execPath, [inkstone, 'build'], { stdio: 'inherit' });
  if (status !== 0)
    console.warn('inkstone: the set-up goes on without them; npm run build:native tries again.');
  try {
    compileWasm();
  } catch (error) {
    console.warn(`inkstone: ${error.message}; the set-up goes on without them.`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) compileNative();
