import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type MetricsRow, parseRow } from './jsonl.js';

/** Bytes before the place that was reached; when they are no longer the same, the file was cut or replaced. */
const MEMORY_BYTES = 256;

export interface Grown {
  /** The file was cut or replaced: the rows are all that there are, and those of before no longer count. */
  readonly isNew: boolean;
  readonly rows: readonly MetricsRow[];
}

/**
 * Follows a `metrics.jsonl` or `system.jsonl` that some process writes, and reads only what is new. A last line waits until it is
 * whole; lines that are no rows are left out.
 */
export class MetricsTail {
  #inode = 0;
  #size = 0;
  #modified = 0;
  /** Behind the last whole line. */
  #reached = 0;
  #before: Buffer = Buffer.alloc(0);

  constructor(readonly file: string) {}

  /** What was written since the last call. */
  read(): Grown {
    let descriptor: number;
    try {
      descriptor = openSync(this.file, 'r');
    } catch {
      return this.#restart(this.#reached > 0);
    }
    try {
      const { ino, size, mtimeMs } = fstatSync(descriptor);
      if (ino === this.#inode && size === this.#size && mtimeMs === this.#modified) {
        return { isNew: false, rows: [] };
      }
      const isSame = ino === this.#inode && this.#stillThere(descriptor, size);
      const isNew = !isSame && this.#reached > 0;
      if (!isSame) this.#restart(isNew);
      [this.#inode, this.#size, this.#modified] = [ino, size, mtimeMs];
      return { isNew, rows: this.#take(readBytes(descriptor, this.#reached, size)) };
    } finally {
      closeSync(descriptor);
    }
  }

  #restart(isNew: boolean): Grown {
    this.#inode = 0;
    this.#reached = 0;
    this.#before = Buffer.alloc(0);
    return { isNew, rows: [] };
  }

  #stillThere(descriptor: number, size: number): boolean {
    if (size < this.#reached) return false;
    return readBytes(descriptor, this.#reached - this.#before.length, this.#reached).equals(this.#before);
  }

  #take(bytes: Buffer): MetricsRow[] {
    const whole = bytes.subarray(0, bytes.lastIndexOf('\n') + 1);
    this.#reached += whole.length;
    this.#before = Buffer.concat([this.#before, whole]).subarray(-MEMORY_BYTES);
    return whole.toString('utf8').split('\n').flatMap(rowOf);
  }
}

/** The last whole row of the file; undefined when there is none. */
export function lastRow(file: string): MetricsRow | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return undefined;
  }
  try {
    const { size } = fstatSync(descriptor);
    const lines = readBytes(descriptor, Math.max(0, size - LONGEST_ROW), size)
      .toString('utf8')
      .split('\n');
    for (const line of lines.slice(0, -1).reverse()) {
      const row = parseRow(line);
      if (row !== undefined) return row;
    }
    return undefined;
  } finally {
    closeSync(descriptor);
  }
}

/** Much longer than any row, so that the last whole one lies within. */
const LONGEST_ROW = 32_768;

const rowOf = (line: string): MetricsRow[] => {
  const row = parseRow(line);
  return row === undefined ? [] : [row];
};

function readBytes(descriptor: number, from: number, to: number): Buffer {
  const bytes = Buffer.alloc(to - from);
  let length = 0;
  while (length < bytes.length) {
    const read = readSync(descriptor, bytes, length, bytes.length - length, from + length);
    if (read === 0) break;
    length += read;
  }
  return bytes.subarray(0, length);
}
