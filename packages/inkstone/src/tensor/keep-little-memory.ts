import { setFlagsFromString } from 'node:v8';
import { backend } from './current.js';
import { nativeAddon } from './native-addon.js';

/**
 * How far the JavaScript heap grows beyond what was alive in it at the last full collection before there is another, in percent. By itself
 * V8 lets it grow to several times that. Less than this costs validation time, which leaves much garbage.
 */
const HEAP_GROWTH_PERCENT = 60;

/**
 * For a program that does nothing but train: memory that decoders have done with goes back to the system soon, and garbage does not pile
 * up. For the whole process, so it is the program's to decide, not a library's.
 */
export function keepLittleMemory(): void {
  // Full collections make the space for young objects small again, too, which grows while a data set is read.
  setFlagsFromString('--optimize-for-size');
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH_PERCENT}`);
  if (backend().name === 'native') nativeAddon().keepLittle();
}
