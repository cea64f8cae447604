/**
 * Sets up what is missing in a checkout: packages, dist/, the native addon. Plain Node without packages, so that it can
 * run first. `npm test` and `npm run demo` begin with it; run by itself it does just this.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileNative } from './native.mjs';

export const root = fileURLToPath(new URL('..', import.meta.url));

const MINIMUM_NODE = [20, 19];
/** In the order in which they need one another. */
const PACKAGES = ['detect', 'receipts', 'inkstone'];

/** Ends the process with one sentence when a step cannot be done. */
export function setUp() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor < MINIMUM_NODE[1])) {
    fail(`Node ${process.versions.node} is too old: install Node ${MINIMUM_NODE.join('.')} or newer`);
  }
  if (!packagesAreCurrent()) {
    run('npm', ['ci', '--no-audit', '--no-fund'], 'the packages could not be installed with npm ci');
  }
  for (const name of PACKAGES) {
    if (!isBuilt(name))
      run(
        'npm',
        ['run', 'build', '--silent', '-w', `packages/${name}`],
        `packages/${name} could not be built`,
      );
  }
  compileNative();
}

/** npm keeps a copy of the lock file it installed from. */
function packagesAreCurrent() {
  const installed = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(installed)) return false;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const present = JSON.parse(readFileSync(installed, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([name, { version, optional, peer }]) =>
      name === '' || optional === true || peer === true || present[name]?.version === version,
  );
}

/** A package is as new as what its build wrote last. */
function isBuilt(name) {
  const index = join(root, 'packages', name, 'dist/index.js');
  return existsSync(index) && newest(join('packages', name, 'src')) <= statSync(index).mtimeMs;
}

function newest(folder) {
  const names = readdirSync(join(root, folder), { recursive: true });
  return Math.max(...names.map((name) => statSync(join(root, folder, name)).mtimeMs));
}

function run(command, args, failure) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) fail(`${failure}${error ? ` (${error.message})` : ''}`);
}

function fail(sentence) {
  console.error(`inkstone: ${sentence}.`);
  process.exit(1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) setUp();
