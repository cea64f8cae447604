import { InputError } from '../system/index.js';

/** There is nothing to predict on. */
export class PredictError extends InputError {}
