import { printable } from '../system/index.js';

/** A table that people read, in whatever form: columns in a terminal, Markdown, HTML. */
export interface Table {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What stands where there is nothing to show. */
export const NONE = '–';

export function markdownTable({ header, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(markdownCell).join(' | ')} |`;
  return [line(header), `|${header.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}

const markdownCell = (text: string): string => printable(text).replaceAll('|', '\\|');
