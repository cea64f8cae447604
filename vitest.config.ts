import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';
import { addonIsBuilt, wasmIsBuilt } from './packages/inkstone/test/addon.js';

const source = (path: string) => fileURLToPath(new URL(`packages/${path}`, import.meta.url));

/** They test the native kernels themselves, or train whole runs, which takes the reference backend many minutes. */
const NEED_THE_ADDON = [
  'src/tensor/{kernels,native,native-conv,native-depthwise,native-kernels,native-loss}.test.ts',
  'src/training/{backend-reads,team,trainer}.test.ts',
  'src/nn/batch-statistics.test.ts',
  'test/{arm64,before-after-cli,data-cli,distributed-cli,mixed-precision-cli,mixed-precision-guide,training-cache,training-cli,tune-cli,ui-page}.test.ts',
  'test/{files-of-users,soak/rank-bits,soak/rank-faults,soak/run-kills}.test.ts',
].map((pattern) => `packages/inkstone/${pattern}`);

/** The kernels' own tests, which run a second time on WebAssembly: all of them on both builds that the engine may have when there is time for it. */
const thorough = Boolean(process.env.INKSTONE_SOAK);
const KERNEL_TESTS = thorough
  ? 'src/tensor/{kernels,native,native-conv,native-depthwise,native-kernels,native-loss}.test.ts'
  : 'src/tensor/{kernels,native,native-depthwise,native-loss}.test.ts';
const onWasm = (isa: string) => ({
  extends: true as const,
  test: {
    name: `wasm ${isa}`,
    include: [`packages/inkstone/${KERNEL_TESTS}`],
    env: { INKSTONE_BACKEND: 'wasm', INKSTONE_ISA: isa },
  },
});
const WASM_BUILDS = thorough ? ['auto', 'simd128'] : ['auto'];

export default defineConfig({
  resolve: {
    // Tests run the TypeScript of every package, not what was built from it.
    alias: [
      { find: 'inkstone-detect/geometry', replacement: source('detect/src/geometry/index.ts') },
      { find: 'inkstone-detect/random', replacement: source('detect/src/random.ts') },
      { find: 'inkstone-detect/sharp', replacement: source('detect/src/sharp.ts') },
      { find: 'inkstone-detect', replacement: source('detect/src/index.ts') },
      { find: 'inkstone-receipts', replacement: source('receipts/src/index.ts') },
    ],
  },
  test: {
    testTimeout: 30_000,
    hookTimeout: 30_000,
    pool: 'forks',
    projects: [
      {
        extends: true,
        test: {
          name: 'all',
          exclude: [...configDefaults.exclude, ...(addonIsBuilt ? [] : NEED_THE_ADDON)],
          include: ['packages/*/src/**/*.test.ts', 'packages/*/test/**/*.test.ts'],
        },
      },
      ...(wasmIsBuilt ? WASM_BUILDS.map(onWasm) : []),
    ],
  },
});
