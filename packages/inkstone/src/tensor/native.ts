import type { Backend } from './backend.js';
import { createKernelBackend } from './kernel-backend.js';
import { nativeAddon } from './native-addon.js';

let instance: Backend | undefined;

/** The backend over the C++ addon. Throws `NativeBackendUnavailableError` when there is no addon. */
export function loadNativeBackend(): Backend {
  instance ??= createKernelBackend('native', nativeAddon());
  return instance;
}
