/**
 * `npm run release`: packs every package, checks what was packed, and publishes it; with `-- --dry-run` all but the last.
 * release/provenance.json says which commit the tarballs were made of and what their bytes are.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { currentCommit } from './commit.mjs';
import { packAll } from './pack.mjs';
import { outOfStep, unmentioned, unpublished, wrongContents } from './release-checks.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const isDryRun = process.argv.includes('--dry-run');

const output = (program, ...words) => execFileSync(program, words, { cwd: root, encoding: 'utf8' });

function open(tarball) {
  const files = output('tar', '-tzf', tarball).trim().split('\n');
  const read = (name) => output('tar', '-xzOf', tarball, `package/${name}`);
  return {
    tarball,
    files: files.map((path) => path.replace(/^package\//, '')),
    manifest: JSON.parse(read('package.json')),
    readme: read('README.md'),
  };
}

/** publint and, where there are types, Are The Types Wrong. */
function wrongEntryPoints({ tarball, manifest }) {
  const checks = [['publint', 'run', tarball, '--strict']];
  if (manifest.exports) checks.push(['attw', tarball, '--profile', 'esm-only']);
  return checks.flatMap(([program, ...words]) => {
    const run = spawnSync(join(root, 'node_modules/.bin', program), words, { encoding: 'utf8' });
    return run.status === 0 ? [] : [`${manifest.name}: ${program} says\n${run.stdout}${run.stderr}`];
  });
}

/** Ready-made kernels name the commit that they were built from. */
function fromElsewhere({ manifest, readme }, commit) {
  const [, built] = /^Built from commit (\S+)/m.exec(readme) ?? [];
  return built === undefined || built === commit
    ? []
    : [`${manifest.name}: was built from commit ${built}, not ${commit}`];
}

function recordProvenance(commit, packages) {
  const files = packages.map(({ tarball }) => [
    basename(tarball),
    `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`,
  ]);
  const provenance = {
    commit,
    node: process.version,
    npm: output('npm', '--version').trim(),
    integrity: Object.fromEntries(files),
  };
  writeFileSync(join(root, 'release/provenance.json'), `${JSON.stringify(provenance, null, 2)}\n`);
}

const commit = currentCommit();
const packages = packAll().map(open);
const manifests = packages.map(({ manifest }) => manifest);
const [core] = manifests;
recordProvenance(commit, packages);
const complaints = [
  ...(commit.endsWith('-dirty') ? ['there are changes that are not committed'] : []),
  ...outOfStep(manifests),
  ...unpublished(core, manifests),
  ...unmentioned(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'), core.version, isDryRun),
  ...packages.flatMap(({ manifest, files }) => wrongContents(manifest, files)),
  ...packages.flatMap((opened) => fromElsewhere(opened, commit)),
  ...packages.flatMap(wrongEntryPoints),
];
for (const complaint of complaints) console.error(`error: ${complaint}`);
if (complaints.length > 0) {
  process.exitCode = 1;
} else {
  for (const { tarball, files } of packages) console.log(`${basename(tarball)}: ${files.length} files`);
  console.log(
    `${packages.length} packages of version ${core.version}, made from commit ${commit}, can be published.`,
  );
  // The core last: whoever installs it finds what it asks for.
  if (!isDryRun)
    for (const { tarball } of packages.reverse())
      execFileSync('npm', ['publish', tarball], { stdio: 'inherit' });
}
