import { InkstoneError, InputError } from '../system/index.js';

/** Another rank died, hangs, or ended the run. The message says which, and why. */
export class RankError extends InkstoneError {}

/** What every rank finds at the same place of the program, in the same words: one of them says it. */
export class CommonError extends InputError {}
