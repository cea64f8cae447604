import { Terminal } from './terminal.js';

/** A terminal, and the lines that were shown on it. */
export function listening(): { readonly said: string[]; readonly terminal: Terminal } {
  const said: string[] = [];
  const stream = { isTTY: false, columns: 200, write: (text: string) => said.push(text.trimEnd()) > 0 };
  return { said, terminal: new Terminal(stream as unknown as NodeJS.WriteStream) };
}
