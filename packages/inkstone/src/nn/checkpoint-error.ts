import { InputError } from '../system/index.js';

/** A checkpoint that cannot be used: one line that names the file and says why. */
export class CheckpointError extends InputError {
  constructor(
    readonly file: string,
    reason: string,
  ) {
    super(`${file}: ${reason}`);
  }
}
