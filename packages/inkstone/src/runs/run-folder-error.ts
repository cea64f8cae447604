import { InputError } from '../system/index.js';

/** The run folder cannot be taken: it is someone else's. */
export class RunFolderError extends InputError {}
