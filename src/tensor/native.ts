import type { Backend } from './backend.js';

/** Loads the C++ addon. */
export function loadNativeBackend(): Backend {
  throw new Error('the addon is not built');
}
