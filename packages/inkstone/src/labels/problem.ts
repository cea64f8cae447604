import { InputError } from '../system/index.js';

/** Something unusable that was found, in words for people. */
export interface Problem {
  /** File at fault. */
  path: string;
  /** Line in that file, counted from 1. */
  line?: number;
  message: string;
}

/** Receives what is wrong with a file or line, which is then left out; or throws, and nothing is read any more. */
export type Report = (problem: Problem) => void;

/** A dataset, file or line that cannot be used: one line that names it, and says what to do where that is not plain. */
export class DataError extends InputError {
  readonly path: string;
  readonly line: number | undefined;

  constructor(
    readonly problem: Problem,
    options?: ErrorOptions,
  ) {
    super(formatProblem(problem), options);
    this.path = problem.path;
    this.line = problem.line;
  }
}

/** `file:line: what is wrong`, the form that terminals and editors make clickable. */
export function formatProblem({ path, line, message }: Problem): string {
  return line === undefined ? `${path}: ${message}` : `${path}:${line}: ${message}`;
}

/** For those who cannot leave anything out. @throws DataError */
export const fail: Report = (problem) => {
  throw new DataError(problem);
};
