import { describe, expect, it } from 'vitest';

const { foreignImports } = (await import(
  new URL('../../../scripts/addon-imports.mjs', import.meta.url).href
)) as { foreignImports(platform: string, dump: string): readonly string[] };

/** As GNU objdump 2.40 prints it. */
const dump = (libraries: readonly string[], symbols: readonly string[]): string =>
  [
    'Dynamic Section:',
    ...libraries.map((name) => `  NEEDED               ${name}`),
    'DYNAMIC SYMBOL TABLE:',
    ...symbols.map((symbol) => `0000000000000000 ${symbol}`),
    '0000000000016240 g    DF .text\t00000000000000cb  Base        napi_register_module_v1',
  ].join('\n');

const strong = (version: string, name: string) => `     DF *UND*\t0000000000000000 ${version} ${name}`;

describe('foreignImports', () => {
  it('lets in what every glibc since 2.28 has, Node-API, and what may be missing', () => {
    const symbols = [
      strong('(GLIBC_2.2.5)', 'free'),
      strong('(GLIBC_2.28)', 'fcntl64'),
      '     D  *UND*\t0000000000000000  Base        napi_create_double',
      ' w   D  *UND*\t0000000000000000  Base        __gmon_start__',
    ];
    expect(
      foreignImports('linux', dump(['libm.so.6', 'libc.so.6', 'ld-linux-x86-64.so.2'], symbols)),
    ).toEqual([]);
  });

  it('names what a machine may lack', () => {
    const symbols = [
      strong('(GLIBC_2.29)', 'pow'),
      strong('(GLIBC_2.2.5)', 'free'),
      strong('(GLIBCXX_3.4)', '_Znwm'),
      '     D  *UND*\t0000000000000000  Base        uv_now',
    ];
    expect(foreignImports('linux', dump(['libstdc++.so.6', 'libc.so.6'], symbols))).toEqual([
      'the library libstdc++.so.6',
      'pow of GLIBC_2.29, newer than 2.28',
      '_Znwm of GLIBCXX_3.4',
      'uv_now of nobody knows what',
    ]);
  });

  it('knows the libraries of Windows and macOS', () => {
    const windows = ['KERNEL32.dll', 'msvcrt.dll', 'node.exe', 'libstdc++-6.dll'];
    expect(foreignImports('win32', windows.map((name) => `\tDLL Name: ${name}`).join('\n'))).toEqual([
      'the library libstdc++-6.dll',
    ]);
    const mac = ['/usr/lib/libc++.1.dylib', '/usr/lib/libSystem.B.dylib', '/opt/homebrew/lib/libomp.dylib'];
    const lines = mac.map((path) => `\t${path} (compatibility version 1.0.0, current version 1.0.0)`);
    expect(foreignImports('darwin', ['inkstone.node:', ...lines].join('\n'))).toEqual([
      'the library /opt/homebrew/lib/libomp.dylib',
    ]);
  });
});
