/** Compiles the addon from the sources in the package. How is in native/Makefile; this file finds what that needs. */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InkstoneError, systemReason } from '../system/index.js';

/** From src/tensor and from dist/tensor alike. */
const SOURCES = fileURLToPath(new URL('../../native', import.meta.url));
const BUILD = fileURLToPath(new URL('../../build', import.meta.url));

/** What compiles the kernels as fast as they are measured, before what only might. */
const COMPILERS = ['g++', 'clang++'];
const HOW_TO_INSTALL: Readonly<Record<string, string>> = {
  linux: 'Debian and Ubuntu: apt install g++ make',
  darwin: 'xcode-select --install',
  win32: 'MSYS2: pacman -S make mingw-w64-x86_64-gcc, and its mingw64/bin and usr/bin in PATH',
};

export interface AddonTarget {
  readonly platform?: NodeJS.Platform;
  readonly arch?: NodeJS.Architecture;
  /** The C++ compiler. Default: `CXX`, or what is found. */
  readonly compiler?: string;
  /** For objects, the log and the addon. Default: `build` in the package, where the addon is looked for. */
  readonly folder?: string;
  /**
   * `portable` runs on other machines too, `local` perhaps not. `mpi` is not the kernels but what joins several machines.
   * Default: `local`.
   */
  readonly kind?: 'local' | 'portable' | 'mpi';
}

/**
 * Brings the addon up to date with its sources and returns its path. Takes minutes the first time. Throws
 * `AddonBuildError`, which says what is missing or where the compiler's words are.
 */
export function compileAddon(target: AddonTarget = {}): string {
  const { platform = process.platform, arch = process.arch, folder = BUILD, kind = 'local' } = target;
  const compilers = target.compiler === undefined ? usualCompilers() : [target.compiler];
  const advice = missingBuildTools(compilers);
  if (advice !== undefined) throw new AddonBuildError(advice);
  const log = join(folder, 'build.log');
  const status = runLogged(log, 'make', [
    kind,
    `--jobs=${availableParallelism()}`,
    `CXX=${compilers.find(isInstalled)}`,
    `INCLUDE=${nodeHeaders()}`,
    `SYSTEM=${platform}`,
    `ARCH=${arch}`,
    // make cannot have spaces in the names of what it makes, nor backslashes.
    `OUT=${relative(SOURCES, folder).replaceAll(sep, '/')}`,
  ]);
  if (status !== 0) throw new AddonBuildError(`${firstError(log)}; all that the compiler said is in ${log}`);
  return join(folder, kind === 'local' ? 'Release' : kind, 'inkstone.node');
}

const usualCompilers = (): readonly string[] => (process.env.CXX ? [process.env.CXX] : COMPILERS);

/** What to install before anything can be compiled; undefined when it is all there. */
export function missingBuildTools(compilers: readonly string[] = usualCompilers()): string | undefined {
  const missing = [
    ...(compilers.some(isInstalled)
      ? []
      : [compilers === COMPILERS ? 'a C++17 compiler' : `${compilers[0]}`]),
    ...(isInstalled('make') ? [] : ['make']),
  ];
  if (missing.length === 0) return undefined;
  const way = HOW_TO_INSTALL[process.platform] ?? `there is no recipe for ${process.platform}`;
  return `install ${missing.join(' and ')} (${way})`;
}

export function isInstalled(program: string): boolean {
  return spawnSync(program, ['--version']).status === 0;
}

const nodeHeaders = (): string =>
  dirname(createRequire(import.meta.url).resolve('node-api-headers/include/node_api.h'));

function runLogged(log: string, program: string, words: readonly string[]): number | null {
  let file: number;
  try {
    mkdirSync(dirname(log), { recursive: true });
    file = openSync(log, 'w');
  } catch (cause) {
    throw new AddonBuildError(`${log} cannot be written: ${systemReason(cause)}`, { cause });
  }
  try {
    return spawnSync(program, words, { cwd: SOURCES, stdio: ['ignore', file, file] }).status;
  } finally {
    closeSync(file);
  }
}

/** The line of a log that says why. */
function firstError(log: string): string {
  const lines = readFileSync(log, 'utf8').trim().split('\n');
  return lines.find((line) => /error:|cannot find|undefined reference/i.test(line)) ?? lines.at(-1)!;
}

/** The kernels could not be compiled on this machine. */
export class AddonBuildError extends InkstoneError {
  constructor(reason: string, options?: ErrorOptions) {
    super(`the native kernels could not be compiled: ${reason}`, options);
  }
}
