import { InputError } from '../system/index.js';

/** A configuration that cannot be used. The message is for the person who wrote it: one line a mistake. */
export class ConfigError extends InputError {}
