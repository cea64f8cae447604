import { backend } from './current.js';
import { nativeAddon } from './native-addon.js';

/**
 * For a program that does nothing but train: memory that decoders have done with goes back to the system soon. For the whole process,
 * so it is the program's to decide, not a library's.
 */
export function keepLittleMemory(): void {
  if (backend().name === 'native') nativeAddon().keepLittle();
}
