import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { InputError, RunFileError } from '../system/index.js';

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

/**
 * Bytes of a file of lines up to the first of `step` or a later one; a last line that was cut off is not counted.
 *
 * @param stepOf of a line and its number from 1 on; undefined where the line does not say
 * @throws InputError naming the file and a line that cannot be read: it may be what an editor left, and earlier steps stand behind it
 */
export function bytesBefore(
  file: string,
  step: number,
  stepOf: (line: string, number: number) => number | undefined,
): number {
  if (!existsSync(file)) return 0;
  const text = readFileSync(file);
  let end = 0;
  for (let number = 1; ; number++) {
    const newline = text.indexOf(0x0a, end);
    if (newline < 0) return end;
    const found = stepOf(text.toString('utf8', end, newline), number);
    if (found === undefined) {
      throw new InputError(`${file}:${number}: no logger wrote this line; mend it, or move the file away`);
    }
    if (found >= step) return end;
    end = newline + 1;
  }
}
