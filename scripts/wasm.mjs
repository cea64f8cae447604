/**
 * `npm run wasm`: compiles the kernels to WebAssembly, into packages/inkstone/build/wasm, which is not committed but packed. Needs
 * Clang 16 or newer with lld, and Emscripten for its C and C++ libraries; Debian has them as clang-19, lld-19 and emscripten.
 * What is up to date is not compiled again. Ends with 2 where those are missing, and with 1 where the kernels do not compile.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, openSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const core = fileURLToPath(new URL('../packages/inkstone', import.meta.url));

/** Suffixes of what Debian calls them; 19 is what was measured. */
const VERSIONS = ['-19', '-16', '-22'];
const SYSROOT = process.env.EMSCRIPTEN_SYSROOT ?? '/usr/share/emscripten/cache/sysroot';

const runs = (program) => spawnSync(program, ['--version']).status === 0;

/** make's variables; undefined when something is missing. */
function findTools() {
  const version = VERSIONS.find((suffix) => runs(`clang++${suffix}`) && runs(`wasm-ld${suffix}`));
  const library = join(SYSROOT, 'lib/wasm32-emscripten/libc++-mt-except.a');
  if (version === undefined || !existsSync(library) || !runs('make')) return undefined;
  return [`CXX=clang++${version}`, `LD=wasm-ld${version}`, `SYSROOT=${SYSROOT}`];
}

/** Says whether the modules are there and up to date; false when the tools are missing. Throws when compiling fails. */
export function compileWasm() {
  const tools = findTools();
  if (tools === undefined) return false;
  mkdirSync(join(core, 'build/wasm'), { recursive: true });
  const log = join(core, 'build/wasm/build.log');
  const file = openSync(log, 'w');
  const words = ['-f', 'wasm.mk', `--jobs=${availableParallelism()}`, 'OUT=../build/wasm', ...tools];
  const { status } = spawnSync('make', words, { cwd: join(core, 'native'), stdio: ['ignore', file, file] });
  if (status !== 0)
    throw new Error(`the WebAssembly kernels could not be compiled; what was said is in ${log}`);
  return true;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    if (compileWasm()) console.log('made packages/inkstone/build/wasm/{simd128,relaxed}.wasm');
    else {
      console.error(
        'error: install Clang with lld, Emscripten and make (Debian: apt install clang-19 lld-19 emscripten make)',
      );
      process.exitCode = 2;
    }
  } catch (error) {
    console.error(`error: ${error.message}`);
    process.exitCode = 1;
  }
}
