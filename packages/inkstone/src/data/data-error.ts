import { InputError } from '../system/index.js';
import type { Problem } from './sample.js';

/** A dataset, file or line that cannot be used: one line that names it, and says what to do where that is not plain. */
export class DataError extends InputError {
  readonly path: string;
  readonly line: number | undefined;

  constructor(readonly problem: Problem) {
    super(formatProblem(problem));
    this.path = problem.path;
    this.line = problem.line;
  }
}

/** `file:line: what is wrong`, the form that terminals and editors make clickable. */
export function formatProblem({ path, line, message }: Problem): string {
  return line === undefined ? `${path}: ${message}` : `${path}:${line}: ${message}`;
}
