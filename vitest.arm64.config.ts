/** `npm run test:arm64`: tests whose kernels are those for arm64, emulated. */
import { fileURLToPath } from 'node:url';
import { defineConfig, mergeConfig } from 'vitest/config';
import base from './vitest.config.js';

const emulated = fileURLToPath(new URL('packages/inkstone/test/arm64/emulated-addon.ts', import.meta.url));

export default mergeConfig(
  base,
  defineConfig({
    resolve: { alias: [{ find: /^.*\/native-addon\.js$/, replacement: emulated }] },
    test: {
      testTimeout: 600_000,
      hookTimeout: 600_000,
      // They load this machine's addon by its path.
      testNamePattern: /^(?!.*(random calls of everything|runs in worker threads))/,
    },
  }),
);
