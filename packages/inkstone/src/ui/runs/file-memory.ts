import type { FoundFile } from '../folders.js';

interface Remembered<T> {
  readonly state: string;
  readonly value: T | undefined;
}

/** What `read` makes of files, read again only when a file has changed. Undefined for one that cannot be read. */
export class FileMemory<T> {
  readonly #read: (file: string) => T | undefined;
  readonly #remembered = new Map<string, Remembered<T>>();

  constructor(read: (file: string) => T | undefined) {
    this.#read = read;
  }

  get({ path, stats: { ino, size, mtimeMs } }: FoundFile): T | undefined {
    const state = `${ino} ${size} ${mtimeMs}`;
    const before = this.#remembered.get(path);
    if (before?.state === state) return before.value;
    const value = this.#readable(path);
    this.#remembered.set(path, { state, value });
    return value;
  }

  /** A damaged file of one run must not hide the others. */
  #readable(path: string): T | undefined {
    try {
      return this.#read(path);
    } catch {
      return undefined;
    }
  }
}
