import { InputError } from '../system/index.js';

/** Something unusable that was found, in words for people. */
export interface Problem {
  /** File at fault. */
  path: string;
  /** Line in that file, counted from 1. */
  line?: number;
  message: string;
  /** What it shares with others of its kind: the message without names and numbers. Default: the message. */
  reason?: string;
  /** Id of the image that it concerns, where the file or line does not say which. */
  image?: string;
  /** Nothing is lost but one text, whose place is known and ignored. Otherwise the image is left out. */
  ignored?: boolean;
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

/** Characters of a message that are shown: a label may hold megabytes. */
const SHOWN = 500;

/** `file:line: what is wrong`, the form that terminals and editors make clickable. */
export function formatProblem(problem: Problem): string {
  return `${placeOfProblem(problem)}: ${shorten(problem.message, SHOWN)}`;
}

/** `file:line`, or the file alone. */
export function placeOfProblem({ path, line }: Pick<Problem, 'path' | 'line'>): string {
  return line === undefined ? path : `${path}:${line}`;
}

/** Enough of a text to recognise it by. */
export function shorten(text: string, limit = 60): string {
  return text.length > limit ? `${text.slice(0, limit)}…` : text;
}

/** For those who cannot leave anything out. @throws DataError */
export const fail: Report = (problem) => {
  throw new DataError(problem);
};
