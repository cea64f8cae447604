import { printable } from './printable.js';

/**
 * Base of every error that Inkstone throws on purpose: a line that names what is at fault and says what to do, or a line for
 * each of several mistakes. Whatever names and other text from outside stand in it, it is safe to print. A program that it
 * ends ends with `exitCode`: 1 for a call that was right and still did not work out.
 */
export class InkstoneError extends Error {
  readonly exitCode: 1 | 2 = 1;

  constructor(lines: string | readonly string[], options?: ErrorOptions) {
    super([lines].flat().map(shown).join('\n'), options);
    this.name = new.target.name;
  }
}

/** A longer line holds somebody's data, in its middle: what is at fault stands before it, and what to do behind. */
const MAX_LINE_LENGTH = 1000;
const SHOWN_AT_THE_END = 300;

const shown = (line: string): string =>
  printable(
    line.length > MAX_LINE_LENGTH
      ? `${line.slice(0, MAX_LINE_LENGTH - SHOWN_AT_THE_END)}…${line.slice(-SHOWN_AT_THE_END)}`
      : line,
  );

/** The call was wrong, or a key or file that it names: whoever made it can put it right. */
export class InputError extends InkstoneError {
  override readonly exitCode = 2;
}
