/**
 * `npm run check:clang`: whether Clang accepts the kernels for macOS and Windows. Nothing is compiled: Apple's headers are not to be had
 * elsewhere, so those of GNU stand in for them. Needs `apt install clang g++-aarch64-linux-gnu g++-mingw-w64-x86-64-posix`.
 */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const native = fileURLToPath(new URL('../packages/inkstone/native', import.meta.url));
const include = dirname(createRequire(import.meta.url).resolve('node-api-headers/include/node_api.h'));

/** Where a compiler of GNU's finds its headers, without those that Clang has of its own. */
function headersOf(compiler) {
  const { stderr } = spawnSync(compiler, ['-E', '-v', '-x', 'c++', '/dev/null'], { encoding: 'utf8' });
  const [, list] = /search starts here:\n( [\s\S]*?)End of search list/.exec(stderr ?? '') ?? [];
  if (list === undefined) throw new Error(`${compiler} is not installed`);
  const folders = list
    .trim()
    .split('\n')
    .map((line) => normalize(line.trim()));
  return folders.filter((folder) => !/\/gcc(-cross)?\/.*\/include(-fixed)?$/.test(folder));
}

/** Apple's Clang takes __nonnull for a word of the language, and glibc for a macro. */
const GLIBC = ['-U__nonnull', '-D_GNU_SOURCE'];
const TARGETS = [
  {
    target: 'arm64-apple-macos11',
    platform: 'darwin',
    arch: 'arm64',
    headers: 'aarch64-linux-gnu-g++',
    flags: GLIBC,
  },
  {
    target: 'x86_64-apple-macos11',
    platform: 'darwin',
    arch: 'x64',
    headers: 'x86_64-linux-gnu-g++',
    flags: GLIBC,
  },
  {
    target: 'x86_64-pc-windows-gnu',
    platform: 'win32',
    arch: 'x64',
    headers: 'x86_64-w64-mingw32-g++',
    flags: [],
  },
];

function accepts({ target, platform, arch, headers, flags }) {
  const stand = headersOf(headers).flatMap((folder) => ['-isystem', folder]);
  const { status } = spawnSync(
    'make',
    [
      '--keep-going',
      '--silent',
      'objects',
      `CXX=${['clang++', `--target=${target}`, '-nostdinc++', ...flags, ...stand].join(' ')}`,
      'CXXFLAGS=-std=c++17 -fsyntax-only -Wall -Wextra -Wno-psabi -Werror',
      `INCLUDE=${include}`,
      `SYSTEM=${platform}`,
      `ARCH=${arch}`,
      `OUT=${join(tmpdir(), `inkstone-clang-${target}`)}`,
    ],
    { cwd: native, stdio: 'inherit' },
  );
  console.log(`${target}: ${status === 0 ? 'accepted' : 'refused'}`);
  return status === 0;
}

try {
  const refused = TARGETS.filter((target) => !accepts(target));
  if (refused.length > 0) process.exitCode = 1;
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
}
