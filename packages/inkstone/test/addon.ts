/** Whether the native kernels were built here. On a machine without a compiler the tests that need them are left out. */
import { existsSync } from 'node:fs';

export const addonIsBuilt = existsSync(new URL('../build/Release/inkstone.node', import.meta.url));
