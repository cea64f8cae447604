import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { backend } from './current.js';
import { addonPath, nativeAddon } from './native-addon.js';

/** What decides how kernels round: the instruction set, and a digest of the addon as it was compiled. */
export function kernelsIdentity(): string {
  if (backend().name !== 'native') return backend().name;
  const build = createHash('sha256').update(readFileSync(addonPath())).digest('hex').slice(0, 12);
  return `${nativeAddon().isa()}, ${build}`;
}
