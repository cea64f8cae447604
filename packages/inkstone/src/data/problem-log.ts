import { DataError, type Problem, type Report } from '../labels/index.js';
import type { OnError } from './options.js';

/** The policy `data.on_error` in one place: the first problem ends the call, or all of them are kept and counted. */
export class ProblemLog {
  readonly problems: Problem[] = [];

  readonly #onError: OnError;

  constructor(onError: OnError) {
    this.#onError = onError;
  }

  /** @throws DataError unless problems are to be skipped */
  readonly report: Report = (problem) => {
    if (this.#onError === 'fail') throw new DataError(problem);
    this.problems.push(problem);
  };
}
