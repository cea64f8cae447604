/** Takes the place of `available.ts` in a browser, where loading kernels takes a while: the page does it, and says when. */
import { InkstoneError } from '../system/index.js';
import type * as inNode from './available.js';
import type { Backend } from './backend.js';
import { createReferenceBackend } from './reference/index.js';

export function loadBackend(name: Backend['name']): Backend {
  if (name === 'reference') return createReferenceBackend();
  return chooseBackend();
}

export const chooseBackend = (): never => {
  throw new InkstoneError(
    'in a browser, choose a backend first: setBackend(await openWasmBackend({ folder }))',
  );
};

export const fastestBackend: typeof inNode.fastestBackend = chooseBackend;
export const compiledKernels: typeof inNode.compiledKernels = chooseBackend;
