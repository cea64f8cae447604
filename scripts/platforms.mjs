/**
 * Where there are ready-made kernels for: each is a package of its own, `inkstone-NAME`, of which npm installs the one that fits.
 * The loader (tensor/native-addon.ts) finds it by that name. `inspect` prints what an addon needs of its machine.
 *
 * A release has those for Linux, which are made and tried on any Linux machine; the others when somebody made them.
 */
export const PLATFORMS = [
  linux({ name: 'linux-x64-gnu', arch: 'x64', tools: 'x86_64-linux-gnu-' }),
  linux({ name: 'linux-arm64-gnu', arch: 'arm64', tools: 'aarch64-linux-gnu-' }),
  {
    name: 'win32-x64',
    platform: 'win32',
    arch: 'x64',
    compiler: 'x86_64-w64-mingw32-g++',
    inspect: ['x86_64-w64-mingw32-objdump', '-p'],
    needs: 'Windows 10',
    licences: ['LICENSE-gcc-runtime.txt', 'LICENSE-mingw-w64.txt'],
  },
  mac({ name: 'darwin-arm64', arch: 'arm64' }),
  mac({ name: 'darwin-x64', arch: 'x64' }),
];

function linux({ tools, ...platform }) {
  return {
    ...platform,
    platform: 'linux',
    libc: 'glibc',
    compiler: `${tools}g++`,
    inspect: [`${tools}objdump`, '-p', '-T'],
    needs: 'glibc 2.28',
    licences: ['LICENSE-gcc-runtime.txt'],
    isRequired: true,
  };
}

/** The C++ library is the system's own. */
function mac(platform) {
  return {
    ...platform,
    platform: 'darwin',
    compiler: 'clang++',
    inspect: ['otool', '-L'],
    needs: 'macOS 11',
    licences: [],
  };
}
