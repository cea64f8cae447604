import type { Callback } from '../training/index.js';
import type { RunFolder } from './run-folder.js';

/** Comes before the callbacks that write into a run's folder, and ends the run when that is no longer its own. */
export class FolderCallback implements Callback {
  readonly name = 'folder';

  constructor(readonly folder: RunFolder) {}

  onStepEnd(): void {
    this.folder.expectHeld();
  }

  onValidationEnd(): void {
    this.folder.expectHeld();
  }

  onFitEnd(): void {
    this.folder.expectHeld();
  }
}
