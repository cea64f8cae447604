/**
 * Where there are ready-made kernels for: each is a package of its own, `inkstone-NAME`, of which npm installs the one that fits.
 * The loader (tensor/native-addon.ts) finds it by that name.
 */
export const PLATFORMS = [
  { name: 'linux-x64-gnu', platform: 'linux', arch: 'x64', libc: 'glibc', tools: 'x86_64-linux-gnu-' },
  { name: 'linux-arm64-gnu', platform: 'linux', arch: 'arm64', libc: 'glibc', tools: 'aarch64-linux-gnu-' },
];
