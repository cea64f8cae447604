/**
 * `npm test`: sets up what is missing, runs the tests, and ends with one plain line, `N passed, N failed`. Arguments go to
 * Vitest: `npm test -- src/cache`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, setUp } from './setup.mjs';

setUp();
const folder = mkdtempSync(join(tmpdir(), 'inkstone-test-'));
const report = join(folder, 'report.json');
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
const { status } = spawnSync(process.execPath, [vitest, 'run', ...reporters, ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
const results = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined;
rmSync(folder, { recursive: true });
if (!existsSync(join(root, 'packages/inkstone/build/Release/inkstone.node'))) {
  console.log('No native kernels here: their tests, and the tests that train, were left out.');
}
if (!existsSync(join(root, 'packages/inkstone/build/wasm/relaxed.wasm'))) {
  console.log('No WebAssembly kernels here (npm run wasm makes them): their tests were left out.');
}
if (!existsSync(join(root, 'packages/inkstone/build/mpi/inkstone.node')) || !starts('mpirun')) {
  console.log(
    'No MPI here (apt install openmpi-bin libopenmpi-dev, then npm test again): training by mpirun was left out.',
  );
}
if (!starts('redis-server')) {
  console.log(
    'No redis-server here (apt install redis-server): tests of the shared tier of the cache were left out.',
  );
}
if (![process.env.CHROME_PATH ?? 'chromium', 'chromium-browser', 'google-chrome'].some(starts)) {
  console.log('No Chromium here (apt install chromium): tests of pages in a browser were left out.');
}
if (results === undefined) {
  console.log('0 passed, 1 failed (the test runner itself)');
} else {
  // A file that cannot be loaded has no tests to count, and has failed all the same.
  const broken = results.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length;
  console.log(`${results.numPassedTests} passed, ${results.numFailedTests + broken} failed`);
}
process.exitCode = status ?? 1;

function starts(program) {
  return spawnSync(program, ['--version']).status === 0;
}
