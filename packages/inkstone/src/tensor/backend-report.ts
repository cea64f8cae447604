import { backend } from './current.js';
import { checkEnvironment } from './environment.js';
import { addonPath, NativeBackendUnavailableError, nativeAddon } from './native-addon.js';

/** Which backend is used, and why. */
export type BackendReport =
  | {
      readonly name: 'native';
      readonly because: string;
      readonly instructionSet: string;
      /** Its convolutions are faster when they multiply bfloat16. */
      readonly multipliesHalves: boolean;
      /** That share the work of one kernel. */
      readonly threads: number;
    }
  | {
      readonly name: 'reference';
      readonly because: string;
      /** Somebody asked for it: nothing is missing. */
      readonly isWanted: boolean;
    };

/** Whether half arithmetic is what the backend in use is fastest at. */
export const multipliesHalves = (): boolean =>
  backend().name === 'native' && nativeAddon().multipliesHalves();

/** As `backend()` chooses, without its warning. @throws InputError for a variable that is wrong */
export function reportBackend(): BackendReport {
  const wish = checkEnvironment().INKSTONE_BACKEND;
  if (wish === 'reference') {
    return { name: 'reference', because: 'INKSTONE_BACKEND asks for it', isWanted: true };
  }
  try {
    const addon = nativeAddon();
    return {
      name: 'native',
      because: addonPath(),
      instructionSet: addon.isa(),
      multipliesHalves: addon.multipliesHalves(),
      threads: addon.threads(),
    };
  } catch (error) {
    if (!(error instanceof NativeBackendUnavailableError)) throw error;
    return { name: 'reference', because: error.message, isWanted: false };
  }
}
