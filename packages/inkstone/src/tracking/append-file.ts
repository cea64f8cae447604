import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { RunFileError } from '../system/index.js';

/** A file that grows by whole records: a record that does not fit is taken back, not left in part. */
export class AppendFile {
  readonly #descriptor: number;
  #size: number;

  constructor(readonly file: string) {
    try {
      this.#descriptor = openSync(file, 'a');
    } catch (error) {
      throw new RunFileError(file, error);
    }
    this.#size = fstatSync(this.#descriptor).size;
  }

  append(record: Uint8Array): void {
    try {
      let written = 0;
      while (written < record.length) written += writeSync(this.#descriptor, record, written);
      this.#size += written;
    } catch (error) {
      ftruncateSync(this.#descriptor, this.#size);
      throw new RunFileError(this.file, error);
    }
  }

  /** Cuts the file to its first `bytes`. */
  truncate(bytes: number): void {
    ftruncateSync(this.#descriptor, bytes);
    this.#size = bytes;
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

/** Bytes of a file of lines up to the first line that is cut off, unreadable or refused by `keep`. */
export function bytesOfLines(file: string, keep: (line: string) => boolean): number {
  if (!existsSync(file)) return 0;
  const text = readFileSync(file);
  let end = 0;
  for (;;) {
    const newline = text.indexOf(0x0a, end);
    if (newline < 0 || !keep(text.toString('utf8', end, newline))) return end;
    end = newline + 1;
  }
}
