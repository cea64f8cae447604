import { DataError } from './data-error.js';
import type { OnError } from './options.js';
import type { Problem } from './sample.js';

/** The policy `data.on_error` in one place: the first problem ends the call, or all of them are kept and counted. */
export class ProblemLog {
  readonly problems: Problem[] = [];

  constructor(private readonly onError: OnError) {}

  /** @throws DataError unless problems are to be skipped */
  report(problem: Problem): void {
    if (this.onError === 'fail') throw new DataError(problem);
    this.problems.push(problem);
  }
}
