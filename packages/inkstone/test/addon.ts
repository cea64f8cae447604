/** Which kernels were compiled here. On a machine without their compilers the tests that need them are left out. */
import { existsSync } from 'node:fs';

const isBuilt = (file: string): boolean => existsSync(new URL(`../build/${file}`, import.meta.url));

export const addonIsBuilt = isBuilt('Release/inkstone.node');
export const wasmIsBuilt = isBuilt('wasm/simd128.wasm') && isBuilt('wasm/relaxed.wasm');
