/** Which backend the operations run on. */

import { chooseBackend, loadBackend } from './available.js';
import type { Backend } from './backend.js';

let selected: Backend | undefined;

/** The backend in use. Chosen on first use. */
export function backend(): Backend {
  selected ??= chooseBackend();
  return selected;
}

/** Chooses the backend for every tensor made from now on; older tensors are still freed by the one that made them. */
export function setBackend(choice: Backend | Backend['name']): void {
  selected = typeof choice === 'string' ? loadBackend(choice) : choice;
}
