import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { compileAddon } from './compile-addon.js';

/** A compiler that writes its own call where the output belongs, and into a list of all calls. */
const RECORDER = `#!/bin/sh
call="$*"
[ "$1" = --version ] && exit
while [ "$1" != -o ]; do shift; done
echo "$call" > "$2"
echo "$call" >> "$(dirname "$0")/calls"
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'inkstone-compile-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

function program(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

const call = (...path: string[]): string => readFileSync(join(folder, ...path), 'utf8');

describe('compileAddon', () => {
  it('compiles the kernels for each instruction set, and links those that run everywhere first', () => {
    const compiler = program('record', RECORDER);
    const addon = compileAddon({ compiler, folder, platform: 'linux', arch: 'x64' });
    expect(addon).toBe(join(folder, 'Release/inkstone.node'));
    expect(call('generic/conv/conv.o')).toMatch(/^(?!.*-mavx).*-DINKSTONE_ISA=generic/);
    expect(call('avx2/conv/conv.o')).toMatch(/^(?!.*-mavx512).*-DINKSTONE_ISA=avx2 -mavx2/);
    expect(call('avx512/kernels/pool.o')).toMatch(/-DINKSTONE_ISA=avx512 .*-mavx512f/);
    expect(call('common/base/parallel.o')).not.toContain('-mavx');
    const linked = call('Release/inkstone.node');
    expect(linked).toMatch(/^(?!.*(avx\d+\/.* )\S*(common|generic)\/).*avx512\/kernels\/table\.o/);
    expect(linked).not.toContain('static');
  });

  it('compiles what is out of date, and nothing else', () => {
    const compiler = program('record', RECORDER);
    compileAddon({ compiler, folder });
    rmSync(join(folder, 'generic/conv/conv.o'));
    writeFileSync(join(folder, 'calls'), '');
    compileAddon({ compiler, folder });
    expect(call('calls').trim().split('\n')).toHaveLength(2);
  });

  it('has NEON on arm64 and nothing else, and brings its own C++ library when it is portable', () => {
    const compiler = program('record', RECORDER);
    const addon = compileAddon({ compiler, folder, platform: 'linux', arch: 'arm64', kind: 'portable' });
    expect(readFileSync(addon, 'utf8')).toMatch(/portable\/glibc\.o.* -static-libstdc\+\+ -static-libgcc/);
    expect(existsSync(join(folder, 'avx2'))).toBe(false);
    expect(existsSync(join(folder, 'generic'))).toBe(false);
    expect(call('neon/conv/conv.o')).toMatch(/-DINKSTONE_ISA=neon -DINKSTONE_NEON/);
    expect(call('common/binding/dispatch.o')).not.toContain('INKSTONE_X64');
  });

  it('names all that is missing, and how to get it', () => {
    mkdirSync(join(folder, 'empty'));
    vi.stubEnv('PATH', join(folder, 'empty'));
    vi.stubEnv('CXX', undefined);
    expect(() => compileAddon({ folder })).toThrow(
      /^the native kernels .*: install a C\+\+17 compiler and make \(/,
    );
  });

  it('takes the compiler that CXX names, or none', () => {
    vi.stubEnv('CXX', '/nonexistent/c++');
    expect(() => compileAddon({ folder })).toThrow('install /nonexistent/c++ (');
  });

  it('says the compiler’s first complaint in a line, and where the others are', () => {
    const failing = '#!/bin/sh\n[ "$1" = --version ] || { echo "conv.cpp:1: error: too old" >&2; exit 1; }\n';
    const compiler = program('fail', failing);
    const log = join(folder, 'build.log');
    expect(() => compileAddon({ compiler, folder })).toThrow(
      `conv.cpp:1: error: too old; all that the compiler said is in ${log}`,
    );
    expect(existsSync(join(folder, 'Release'))).toBe(false);
  });

  it('says when the package’s folder cannot be written', () => {
    const file = program('record', RECORDER);
    expect(() => compileAddon({ compiler: file, folder: join(file, 'build') })).toThrow(
      'a file stands where a folder should be',
    );
  });
});
