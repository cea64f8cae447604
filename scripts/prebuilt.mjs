/**
 * `npm run prebuilt`: makes the package with ready-made kernels for this machine, or those that are named:
 * `npm run prebuilt -- linux-arm64-gnu`. They lie in prebuilt/, which is not committed. (`npm run prebuild` would run before
 * every `npm run build`.) Needs the platform's compiler: CONTRIBUTING.md says how to get it.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileAddon } from '../packages/inkstone/dist/tensor/index.js';
import { foreignImports } from './addon-imports.mjs';
import { currentCommit } from './commit.mjs';
import { PLATFORMS } from './platforms.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const core = join(root, 'packages/inkstone');

const isHere = ({ platform, arch }) => platform === process.platform && arch === process.arch;

function makePackage(target) {
  const { name, platform, inspect, licences } = target;
  // Objects for this machine are those of the local addon.
  const folder = isHere(target) ? {} : { folder: join(core, 'build', name) };
  const addon = compileAddon({ ...target, ...folder, kind: 'portable' });
  const [program, ...words] = inspect;
  const foreign = foreignImports(platform, execFileSync(program, [...words, addon], { encoding: 'utf8' }));
  if (foreign.length > 0) throw new Error(`the addon for ${name} needs ${foreign.join(', ')}`);
  if (isHere(target) && !survivesAnError(addon))
    throw new Error(`the addon for ${name} ends the process at an error`);

  const made = join(root, 'prebuilt', `inkstone-${name}`);
  rmSync(made, { recursive: true, force: true });
  mkdirSync(made, { recursive: true });
  copyFileSync(addon, join(made, 'inkstone.node'));
  copyFileSync(join(core, 'LICENSE'), join(made, 'LICENSE'));
  for (const file of licences) copyFileSync(join(core, 'native', file), join(made, file));
  writeFileSync(join(made, 'README.md'), readme(target));
  writeFileSync(join(made, 'package.json'), `${JSON.stringify(manifest(target), null, 2)}\n`);
  return made;
}

/** C++ exceptions find their way through libraries that are linked in: the one thing that a list of imports does not tell. */
function survivesAnError(addon) {
  const script = `try { require(${JSON.stringify(addon)}).free(1); } catch ({ code }) { process.exit(code === 'INKSTONE_ARGUMENT' ? 0 : 1); }`;
  return spawnSync(process.execPath, ['-e', `${script} process.exit(1);`]).status === 0;
}

function manifest({ name, platform, arch, libc, licences }) {
  const { version, license, engines } = JSON.parse(readFileSync(join(core, 'package.json'), 'utf8'));
  return {
    name: `inkstone-${name}`,
    version,
    description: `The native kernels of inkstone for ${name}`,
    license,
    engines,
    os: [platform],
    cpu: [arch],
    ...(libc && { libc: [libc] }),
    type: 'commonjs',
    main: 'inkstone.node',
    files: ['inkstone.node', ...licences],
  };
}

function readme({ name, compiler, needs, licences }) {
  const [version] = execFileSync(compiler, ['--version'], { encoding: 'utf8' }).split('\n');
  const terms =
    licences.length === 0
      ? ''
      : ` It contains parts of the compiler's runtime libraries under the terms of ${licences.join(' and ')}.`;
  return `# inkstone-${name}

The native kernels of [inkstone](https://www.npmjs.com/package/inkstone), which installs this package where it fits.
Runs with ${needs} and newer.

Built from commit ${currentCommit()} with ${version}.${terms}
`;
}

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !PLATFORMS.some((platform) => platform.name === name));
const targets = PLATFORMS.filter((target) =>
  wanted.length > 0 ? wanted.includes(target.name) : isHere(target),
);
try {
  if (unknown !== undefined || targets.length === 0) {
    const names = PLATFORMS.map(({ name }) => name).join(', ');
    throw new Error(
      `there is no recipe for ${unknown ?? `${process.platform}-${process.arch}`}; there is one for ${names}`,
    );
  }
  for (const target of targets) console.log(`made ${makePackage(target)}`);
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
}
