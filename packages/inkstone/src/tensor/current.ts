/** Which backend the operations run on: `native` unless it cannot be loaded or `INKSTONE_BACKEND=reference` asks for the other. */
import { InputError } from '../system/index.js';
import type { Backend } from './backend.js';
import { checkEnvironment, type Environment } from './environment.js';
import { loadNativeBackend } from './native.js';
import { createReferenceBackend } from './reference/index.js';

let selected: Backend | undefined;

/** The backend in use. Chosen on first use; a missing addon costs one warning and falls back to `reference`. */
export function backend(): Backend {
  selected ??= choose(checkEnvironment().INKSTONE_BACKEND);
  return selected;
}

/** Loads a backend. `native` throws when the addon was not built or does not fit this machine. */
export function loadBackend(name: Backend['name']): Backend {
  return name === 'native' ? loadNativeBackend() : createReferenceBackend();
}

/** Chooses the backend for every tensor made from now on; older tensors are still freed by the one that made them. */
export function setBackend(choice: Backend | Backend['name']): void {
  selected = typeof choice === 'string' ? loadBackend(choice) : choice;
}

function choose(wanted: Environment['INKSTONE_BACKEND']): Backend {
  if (wanted === 'reference') return createReferenceBackend();
  try {
    return loadNativeBackend();
  } catch (error) {
    if (wanted === 'native' || error instanceof InputError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    console.warn(
      `Inkstone's native kernels are not available, so the slow reference backend is used: ${reason}`,
    );
    return createReferenceBackend();
  }
}
