import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string) => fileURLToPath(new URL(`packages/${path}`, import.meta.url));

export default defineConfig({
  resolve: {
    // Tests run the TypeScript of every package, not what was built from it.
    alias: [
      { find: 'inkstone-detect/geometry', replacement: source('detect/src/geometry/index.ts') },
      { find: 'inkstone-detect/random', replacement: source('detect/src/random.ts') },
      { find: 'inkstone-detect', replacement: source('detect/src/index.ts') },
      { find: 'inkstone-receipts', replacement: source('receipts/src/index.ts') },
    ],
  },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'packages/*/test/**/*.test.ts'],
    testTimeout: 30_000,
    pool: 'forks',
  },
});
