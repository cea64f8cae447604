import { InkstoneError } from '../system/index.js';

/** Another rank died, hangs, or ended the run. The message says which, and why. */
export class RankError extends InkstoneError {}
