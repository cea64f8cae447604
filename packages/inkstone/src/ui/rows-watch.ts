/** What has changed in a list since somebody was told of it. */

interface Named {
  readonly name: string;
}

interface RowsEvent<Row> {
  readonly rows: readonly Row[];
  readonly gone: readonly string[];
}

/** Which rows of a list have changed since the last look. */
export class RowsWatch<Row extends Named> {
  readonly #rowOf: (name: string) => Row | undefined;
  readonly #names: () => readonly string[];
  #shown = new Map<string, string>();
  #isFirst = true;

  constructor(rowOf: (name: string) => Row | undefined, names: () => readonly string[]) {
    this.#rowOf = rowOf;
    this.#names = names;
  }

  /** Undefined: nothing. The first look always answers, so that an empty list is known to be one. */
  look(): RowsEvent<Row> | undefined {
    const now = new Map<string, string>();
    const rows: Row[] = [];
    for (const name of this.#names()) {
      const row = this.#rowOf(name);
      if (row === undefined) continue;
      const text = JSON.stringify(row);
      now.set(name, text);
      if (this.#shown.get(name) !== text) rows.push(row);
    }
    const gone = [...this.#shown.keys()].filter((name) => !now.has(name));
    this.#shown = now;
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    return isFirst || rows.length + gone.length > 0 ? { rows, gone } : undefined;
  }
}
