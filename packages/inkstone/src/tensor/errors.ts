import { InkstoneError } from '../system/index.js';

/** A tensor of the wrong shape or type reached an operation: says which operation, what it got, what it takes. */
export class ShapeError extends InkstoneError {
  constructor(operation: string, problem: string) {
    super(`${operation}: ${problem}`);
  }
}

/** Throws a `ShapeError` unless the condition holds. `problem` is only built when it is needed. */
export function expectShape(condition: boolean, operation: string, problem: () => string): void {
  if (!condition) throw new ShapeError(operation, problem());
}

/** A tensor's type and shape, for messages. */
export function describe(x: { readonly dtype: string; readonly shape: readonly number[] }): string {
  return `${x.dtype} [${x.shape.join(', ')}]`;
}
