/**
 * The backends that there are in Node, and which is used unless somebody chooses: the addon, or else WebAssembly, or else the
 * reference. In a browser `available.browser.ts` takes the place of this file.
 */
import type { Backend } from './backend.js';
import { checkEnvironment } from './environment.js';
import type { KernelLibrary } from './kernel-library.js';
import { loadNativeBackend } from './native.js';
import { addonPath, NativeBackendUnavailableError, nativeAddon } from './native-addon.js';
import { createReferenceBackend } from './reference/index.js';
import { WasmBackendUnavailableError } from './wasm/library.js';
import { nodeWasm } from './wasm/node.js';

/** Loads a backend. All but `reference` throw when this machine lacks what they need. */
export function loadBackend(name: Backend['name']): Backend {
  if (name === 'native') return loadNativeBackend();
  return name === 'wasm' ? nodeWasm().backend : createReferenceBackend();
}

/** What such a backend runs on, and the file that it comes from. Throws as `loadBackend` does. */
export function compiledKernels(name: 'native' | 'wasm'): {
  readonly library: KernelLibrary;
  readonly path: string;
} {
  return name === 'native' ? { library: nativeAddon(), path: addonPath() } : nodeWasm();
}

/** The backend that INKSTONE_BACKEND names, or the fastest. One that is slower than it could be costs a warning. */
export function chooseBackend(): Backend {
  const wanted = checkEnvironment().INKSTONE_BACKEND;
  if (wanted !== undefined) return loadBackend(wanted);
  const { backend, missing } = fastestBackend();
  if (missing.length > 0) {
    const used = backend.name === 'wasm' ? 'slower WebAssembly' : 'slow reference backend';
    console.warn(
      `Inkstone's native kernels are not available, so the ${used} is used: ${missing.join('; ')}`,
    );
  }
  return backend;
}

export interface Found {
  readonly backend: Backend;
  /** Why the faster ones are not there. */
  readonly missing: readonly string[];
}

/** @throws InputError for an environment variable that is wrong */
export function fastestBackend(): Found {
  const missing: string[] = [];
  for (const name of ['native', 'wasm'] as const) {
    try {
      return { backend: loadBackend(name), missing };
    } catch (error) {
      if (!(error instanceof NativeBackendUnavailableError || error instanceof WasmBackendUnavailableError))
        throw error;
      missing.push(error.message);
    }
  }
  return { backend: createReferenceBackend(), missing };
}
