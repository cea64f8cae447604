/**
 * `npm run pack`: writes what would be published into release/, which is not committed: a tarball for each package, and for each
 * of the ready-made kernels in prebuilt/. Only the packed form of inkstone asks for those: a checkout compiles its own.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PLATFORMS } from './platforms.mjs';
import { compileWasm } from './wasm.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const release = join(root, 'release');
const prebuilt = join(root, 'prebuilt');

/** Packs a folder and returns the tarball's path. */
function pack(folder) {
  const words = ['pack', folder, '--json', '--ignore-scripts', '--pack-destination', release];
  const [{ filename }] = JSON.parse(execFileSync('npm', words, { cwd: root, encoding: 'utf8' }));
  return join(release, filename);
}

/** The core's tarball, made anew with the ready-made kernels among what it would like to have. */
function packCore() {
  const plain = pack('./packages/inkstone');
  const stage = join(release, 'package');
  execFileSync('tar', ['-xzf', plain, '-C', release]);
  const file = join(stage, 'package.json');
  const { scripts: _, ...manifest } = JSON.parse(readFileSync(file, 'utf8'));
  const ready = PLATFORMS.filter(
    ({ name, isRequired }) => isRequired || existsSync(join(prebuilt, `inkstone-${name}`)),
  );
  const versions = ready.map(({ name }) => [`inkstone-${name}`, manifest.version]);
  const packed = { ...manifest, optionalDependencies: Object.fromEntries(versions) };
  writeFileSync(file, `${JSON.stringify(packed, null, 2)}\n`);
  const tarball = pack('./release/package');
  rmSync(stage, { recursive: true });
  return tarball;
}

/** Returns the tarballs' paths. */
export function packAll() {
  rmSync(release, { recursive: true, force: true });
  mkdirSync(release);
  if (!compileWasm())
    console.error(
      'warning: without the tools that npm run wasm names, inkstone is packed without its WebAssembly kernels',
    );
  const ready = existsSync(prebuilt) ? readdirSync(prebuilt).map((name) => `./prebuilt/${name}`) : [];
  return [packCore(), ...['./packages/detect', './packages/receipts', ...ready].map(pack)];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) for (const tarball of packAll()) console.log(tarball);
