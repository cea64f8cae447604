/**
 * Base of every error that Inkstone throws on purpose: one line that names what is at fault and says what to do. A program
 * that it ends ends with `exitCode`: 1 for a call that was right and still did not work out.
 */
export class InkstoneError extends Error {
  readonly exitCode: 1 | 2 = 1;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The call was wrong, or a key or file that it names: whoever made it can put it right. */
export class InputError extends InkstoneError {
  override readonly exitCode = 2;
}
