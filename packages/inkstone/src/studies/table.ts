/** A table that people read, in whatever form: columns in a terminal, Markdown, HTML. */
export interface Table {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What stands where there is nothing to show. */
export const NONE = '–';
