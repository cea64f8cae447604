import { InputError } from '../system/index.js';

/** Enough to recognise a key or a value by. */
const SHOWN_LENGTH = 100;
/** More mistakes than this nobody reads. */
const MAX_LINES = 20;

/** A configuration that cannot be used. The message is for the person who wrote it: one line a mistake. */
export class ConfigError extends InputError {
  readonly mistakes: readonly string[];

  constructor(mistakes: string | readonly string[]) {
    const lines = [...new Set([mistakes].flat())];
    const more = lines.length > MAX_LINES ? [`and ${lines.length - MAX_LINES} more`] : [];
    super([...lines.slice(0, MAX_LINES), ...more]);
    this.mistakes = lines;
  }
}

/** A key or a value as a message shows it, without the password of an address. */
export function abridged(text: string): string {
  const shown = text.replace(/:\/\/[^/\s]*@/g, '://…@');
  return shown.length > SHOWN_LENGTH ? `${shown.slice(0, SHOWN_LENGTH)}…` : shown;
}

/** Does `act` for every item and throws the mistakes of all of them at once. */
export function forAll<Item, Result>(items: readonly Item[], act: (item: Item) => Result): Result[] {
  const mistakes: string[] = [];
  const results = items.flatMap((item) => {
    try {
      return [act(item)];
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      mistakes.push(...error.mistakes);
      return [];
    }
  });
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return results;
}
