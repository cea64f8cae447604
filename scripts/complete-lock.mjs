/**
 * `npm install` leaves packages of other platforms out of package-lock.json when it cannot see them (npm/cli#4828), and
 * `npm ci` then refuses the file. This puts them back, by the names their parents ask for. Run it after every change of
 * dependencies; a test says when it was forgotten.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PLATFORMS = ['android', 'darwin', 'linux', 'win32'];
const PROCESSORS = ['arm', 'arm64', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64'];

/** Optional packages that the lock file's packages ask for and that it does not list, with the one that asks. */
export function missingPackages({ packages }) {
  return Object.entries(packages).flatMap(([path, parent]) =>
    Object.entries(parent.optionalDependencies ?? {})
      .filter(([name]) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`])
      .map(([name, version]) => ({ name, version, parent })),
  );
}

function entryOf({ name, version, parent }) {
  const words = name.split(/[/-]/);
  const libc = words.includes('musl') ? ['musl'] : undefined;
  return {
    version,
    cpu: words.filter((word) => PROCESSORS.includes(word)),
    ...(parent.dev && { dev: true }),
    ...(libc && { libc }),
    optional: true,
    os: words.filter((word) => PLATFORMS.includes(word)),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = new URL('../package-lock.json', import.meta.url);
  const lock = JSON.parse(readFileSync(file, 'utf8'));
  const missing = missingPackages(lock);
  for (const found of missing) lock.packages[`node_modules/${found.name}`] = entryOf(found);
  const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`);
  console.log(`${missing.length} packages of other platforms added`);
}
