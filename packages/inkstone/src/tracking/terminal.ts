import { printable } from '../system/index.js';

type Output = Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>;

/** Where another process shows the same. */
const NOWHERE: Output = { write: () => true, isTTY: false, columns: 80 };

/**
 * What a run shows: lines that stay, and one status line (the progress bar) that is redrawn below them. Where the
 * output is no terminal the status is not shown at all.
 */
export class Terminal {
  #status = '';

  constructor(readonly stream: Output = process.stdout) {}

  static silent(): Terminal {
    return new Terminal(NOWHERE);
  }

  get interactive(): boolean {
    return this.stream.isTTY === true;
  }

  line(text: string): void {
    this.#erase();
    this.stream.write(`${printable(text)}\n`);
    this.#draw();
  }

  /** Replaces the status line; an empty text removes it. */
  status(text: string): void {
    if (!this.interactive) return;
    this.#erase();
    this.#status = printable(text);
    this.#draw();
  }

  #erase(): void {
    if (this.#status !== '') this.stream.write('\r\x1b[2K');
  }

  #draw(): void {
    // A line wider than the window would wrap and could not be erased.
    if (this.#status !== '') this.stream.write(this.#status.slice(0, (this.stream.columns ?? 80) - 1));
  }
}
