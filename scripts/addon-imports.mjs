/**
 * What an addon needs of the machine it is loaded on, read from what `objdump -p -T` (Linux), `objdump -p` (Windows) or `otool -L`
 * (macOS) prints. A ready-made addon may need what the system itself has, on Linux glibc 2.28, and the functions of Node-API.
 */
const NEWEST_GLIBC = [2, 28];
/** The parts of glibc. */
const LIBRARIES = /^(lib(c|m|dl|pthread)\.so|ld-linux-[\w-]+\.so)\.\d$/;

/** All that a C++ program in one piece needs of Windows; Node's functions are in node.exe. */
const WINDOWS = /^(kernel32\.dll|msvcrt\.dll|node\.exe)$/i;
/** Where macOS keeps its own libraries. */
const MACOS = /^\/(usr\/lib|System)\//;

/** What is needed that may be missing elsewhere, a line each. */
export function foreignImports(platform, dump) {
  if (platform === 'linux') return ofLinux(dump);
  const [found, own] =
    platform === 'win32'
      ? [dump.matchAll(/^\s*DLL Name: (\S+)/gm), WINDOWS]
      : [dump.matchAll(/^\t(\S+) \(compatibility/gm), MACOS];
  return [...found].flatMap(([, name]) => (own.test(name) ? [] : [`the library ${name}`]));
}

function ofLinux(dump) {
  const libraries = [...dump.matchAll(/^\s*NEEDED\s+(\S+)/gm)].map(([, name]) => name);
  return [
    ...libraries.filter((name) => !LIBRARIES.test(name)).map((name) => `the library ${name}`),
    ...undefinedSymbols(dump).flatMap(({ name, version, weak }) => complaint(name, version, weak) ?? []),
  ];
}

function undefinedSymbols(dump) {
  const lines = dump.matchAll(/^\S+ (.{7}) \*UND\*\t\S+\s+(?:\(?([\w.]+)\)?\s+)?(\S+)$/gm);
  return [...lines].map(([, flags, version, name]) => ({ name, version, weak: flags.includes('w') }));
}

function complaint(name, version, weak) {
  if (version === undefined || version === 'Base') {
    return weak || name.startsWith('napi_') ? undefined : `${name} of nobody knows what`;
  }
  const [, major, minor] = /^GLIBC_(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined) return `${name} of ${version}`;
  const isOld =
    Number(major) < NEWEST_GLIBC[0] ||
    (Number(major) === NEWEST_GLIBC[0] && Number(minor) <= NEWEST_GLIBC[1]);
  return isOld ? undefined : `${name} of ${version}, newer than ${NEWEST_GLIBC.join('.')}`;
}
