/**
 * Builds the addon in native/ with npm's own node-gyp. Runs at `npm ci`, where a machine without a compiler must still
 * end up with a working installation: what goes wrong becomes one sentence and a log file, and the reference backend
 * runs instead. `--strict` (npm run build:native) makes a failure an error.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const addon = join(root, 'build/Release/inkstone.node');
const log = join(root, 'build/install.log');
const strict = process.argv.includes('--strict');

if (isCurrent()) process.exit(0);

const nodeGyp = findNodeGyp();
const problem = nodeGyp === undefined ? 'npm and its node-gyp were not found' : build(nodeGyp);
if (problem === undefined) {
  console.log('inkstone: the native kernels are built.');
} else {
  console.warn(
    `inkstone: the native kernels could not be built (${problem}; see ${log}), so the slow reference backend will run; ` +
      'install a C++17 compiler, make and Python 3 and run `npm run build:native` to change that.',
  );
  if (strict) process.exitCode = 1;
}

/** True when the addon is newer than everything it is made of, and loads. */
function isCurrent() {
  if (!existsSync(addon)) return false;
  const built = statSync(addon).mtimeMs;
  const sources = [
    'binding.gyp',
    ...readdirSync(join(root, 'native'), { recursive: true }).map((name) => join('native', name)),
  ];
  if (sources.some((name) => statSync(join(root, name)).mtimeMs > built)) return false;
  try {
    createRequire(import.meta.url)(addon);
    return true;
  } catch {
    return false;
  }
}

/** npm names the node-gyp it brings along; outside npm it is looked for beside node. */
function findNodeGyp() {
  const beside = '../lib/node_modules/npm/node_modules/node-gyp/bin/node-gyp.js';
  return [process.env.npm_config_node_gyp, join(dirname(process.execPath), beside)].find(
    (path) => path !== undefined && existsSync(path),
  );
}

/** Undefined when the addon was built and loads, or else what went wrong. */
function build(nodeGypPath) {
  const prefix = join(dirname(process.execPath), '..');
  // Headers that came with node save a download.
  const headers = existsSync(join(prefix, 'include/node/node_api.h')) ? [`--nodedir=${prefix}`] : [];
  const run = spawnSync(process.execPath, [nodeGypPath, 'configure', 'build', ...headers], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, JOBS: 'max' },
    maxBuffer: 2 ** 28,
  });
  const output = `${run.stdout ?? ''}${run.stderr ?? ''}`;
  mkdirSync(dirname(log), { recursive: true });
  writeFileSync(log, output);
  if (run.error) return run.error.message;
  if (run.status !== 0) return firstError(output);
  try {
    createRequire(import.meta.url)(addon);
    return undefined;
  } catch (error) {
    return `it was built but does not load: ${error.message}`;
  }
}

/** The line of a build log that says why. */
function firstError(output) {
  const line = output.split('\n').find((text) => /error:|could not find|ERR! stack/i.test(text));
  return line === undefined ? 'node-gyp failed' : line.replace(/^gyp ERR! (stack|find \w+) /, '').trim();
}
