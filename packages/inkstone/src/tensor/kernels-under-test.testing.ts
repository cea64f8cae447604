/** Test support: the compiled kernels that tests look at. The addon's, or those in WebAssembly with INKSTONE_BACKEND=wasm. */
import type { Backend } from './backend.js';
import { INSTRUCTION_SETS as ALL_SETS } from './environment.js';
import type { KernelLibrary } from './kernel-library.js';
import { loadNativeBackend } from './native.js';
import { nativeAddon } from './native-addon.js';
import { nodeWasm } from './wasm/node.js';

interface UnderTest {
  readonly library: KernelLibrary;
  readonly backend: Backend;
}

export const isWasm = process.env.INKSTONE_BACKEND === 'wasm';

export const { library, backend }: UnderTest = isWasm
  ? nodeWasm()
  : { library: nativeAddon(), backend: loadNativeBackend() };

/** The instruction sets that run here, the plainest first. */
export const INSTRUCTION_SETS: readonly string[] = (() => {
  const best = library.isa();
  const runs = (name: string): boolean => {
    try {
      library.setIsa(name);
      return true;
    } catch {
      return false;
    }
  };
  const all = [...ALL_SETS].reverse().filter(runs);
  library.setIsa(best);
  return all;
})();
