/**
 * `npm run build:start` of inkstone: dist/cli/main.cjs, all that `inkstone --help` needs but the parser of options. What is loaded by
 * `import()`, and every package, stays where it is.
 */
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const lazy = {
  name: 'lazy',
  setup({ onResolve }) {
    onResolve({ filter: /^\./ }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { path, external: true } : undefined,
    );
  },
};

await build({
  absWorkingDir: fileURLToPath(new URL('../packages/inkstone', import.meta.url)),
  entryPoints: ['src/cli/main.ts'],
  outfile: 'dist/cli/main.cjs',
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'cjs',
  target: 'node20.19',
  sourcemap: true,
  // CommonJS knows its place by another name.
  banner: { js: "'use strict';\nconst here = require('node:url').pathToFileURL(__filename).href;" },
  define: { 'import.meta.url': 'here' },
  plugins: [lazy],
});
