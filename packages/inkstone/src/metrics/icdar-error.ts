import { InputError } from '../system/index.js';

/** A result or ground truth file that cannot be scored. The message names the file, the line and what to do. */
export class IcdarError extends InputError {
  readonly file: string;
  /** 1-based; undefined when the file as a whole is at fault. */
  readonly line: number | undefined;

  constructor(problem: string, file: string, line?: number, options?: ErrorOptions) {
    super(`${line === undefined ? file : `${file}:${line}`}: ${problem}`, options);
    this.file = file;
    this.line = line;
  }
}
