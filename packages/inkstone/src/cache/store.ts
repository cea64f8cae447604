/** The disk tier of one namespace: reads that heal, writes that are seen whole or not at all. */
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { textDigest } from './checksum.js';
import { Claims } from './claims.js';
import type { CacheConfig, Levels } from './config.js';
import { encodeEntry, peekEntry, readEntry } from './entry-file.js';
import { DiskBudget } from './eviction.js';
import type { CacheHandle } from './handle.js';
import { writeAll } from './io.js';
import { claimsFolder, entryFile, levelsIn, namespaceFolder, temporaryFolder } from './layout.js';
import { emptyTrash, type Manifest, moveToTrash, prepareNamespace } from './namespace.js';
import type { Statistics } from './statistics.js';
import type { CacheEntry } from './types.js';

/** After a failed write the disk is left alone for so long: nobody wants the same error for every sample. */
const RETRY_WRITES_AFTER_MS = 60_000;

/** Which entry, and from which source files. */
export interface Address {
  readonly level: string;
  readonly name: string;
  readonly identity: Uint8Array;
  readonly sources: Uint8Array;
}

export function addressOf(fingerprint: string, level: string, key: string, sources: Uint8Array): Address {
  const digest = textDigest(`${fingerprint}/${level}/${key}`);
  return { level, name: digest.toString('hex'), identity: digest.subarray(0, 8), sources };
}

export class Store {
  readonly folder: string;
  readonly #config: CacheConfig;
  readonly #levels: Levels;
  readonly #manifest: Manifest;
  readonly #statistics: Statistics;
  readonly #onFailure: (error: Error) => void;
  readonly #claims: Claims;
  readonly #budget: DiskBudget;
  #writableFrom = 0;
  #written = 0;

  /** `onFailure` hears of every write that failed; the caller goes on without. */
  constructor(
    { config, levels, manifest }: CacheHandle,
    statistics: Statistics,
    onFailure: (error: Error) => void,
  ) {
    this.folder = namespaceFolder(config.root, manifest.fingerprint);
    this.#config = config;
    this.#levels = levels;
    this.#manifest = manifest;
    this.#statistics = statistics;
    this.#onFailure = onFailure;
    this.#claims = new Claims(claimsFolder(this.folder));
    this.#budget = new DiskBudget(config.root, config.max_bytes.disk, statistics);
  }

  /** A verified entry, or undefined. What is outdated or does not verify is unlinked and counted. */
  async read(address: Address, into?: Uint8Array): Promise<CacheEntry | undefined> {
    const path = entryFile(this.folder, address.level, address.name);
    const result = await readEntry(path, address, into);
    if (result.state === 'valid') return result.entry;
    if (result.state !== 'absent' && removeEntry(path)) {
      this.#statistics.add(address.level, result.state === 'outdated' ? 'invalidations' : 'healed');
    }
    return undefined;
  }

  /** What a read would find, judged by the header alone; changes nothing. */
  peek(address: Address): 'valid' | 'outdated' | 'absent' {
    return peekEntry(entryFile(this.folder, address.level, address.name), address);
  }

  /** Writes to a temporary name, then renames. A failure is reported and counted, and costs nothing else. */
  async write(address: Address, entry: CacheEntry): Promise<void> {
    if (!this.#isWritable()) return this.#statistics.add(address.level, 'unstored');
    const unique = `${process.pid}-${threadId}-${this.#written++}-${randomBytes(4).toString('hex')}`;
    const temporary = join(temporaryFolder(this.folder), unique);
    const path = entryFile(this.folder, address.level, address.name);
    try {
      const parts = await encodeEntry(entry, address, this.#levels[address.level].compression);
      this.#inFolder(dirname(temporary), () => this.#writeFile(temporary, parts));
      this.#inFolder(dirname(path), () => fs.renameSync(temporary, path));
      if (this.#config.durable) syncFolder(dirname(path));
      this.#budget.added(parts.reduce((bytes, part) => bytes + part.byteLength, 0));
    } catch (error) {
      fs.rmSync(temporary, { force: true });
      this.#statistics.add(address.level, 'unstored');
      this.failed(error as Error);
    }
  }

  /** True: we fill it. False: another thread or process does. A disk that cannot be written knows no claims. */
  claim(address: Address): boolean {
    if (!this.#isWritable()) return true;
    try {
      return this.#claims.take(`${address.level}-${address.name}`);
    } catch (error) {
      this.failed(error as Error);
      return true;
    }
  }

  release(address: Address): void {
    this.#claims.release(`${address.level}-${address.name}`);
  }

  /** Drops one level, or all; the deletion happens behind it. */
  async clear(level?: string): Promise<void> {
    for (const name of levelsIn(this.folder)) {
      if (level === undefined || name === level) moveToTrash(this.#config.root, join(this.folder, name));
    }
    await emptyTrash(this.#config.root);
  }

  /** Stops writing for a while after a file-system error; any other is a mistake in the program and thrown. */
  failed(error: NodeJS.ErrnoException): void {
    if (error.code === undefined) throw error;
    this.#writableFrom = Date.now() + RETRY_WRITES_AFTER_MS;
    this.#onFailure(error);
  }

  #isWritable(): boolean {
    return Date.now() >= this.#writableFrom;
  }

  #writeFile(path: string, parts: readonly Uint8Array[]): void {
    const fd = fs.openSync(path, 'wx');
    try {
      writeAll(fd, parts);
      if (this.#config.durable) fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
  }

  /** Makes the folder when it is missing; with the manifest, should the namespace have been dropped under us. */
  #inFolder(folder: string, action: () => void): void {
    try {
      action();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      prepareNamespace(this.#config.root, this.#manifest);
      fs.mkdirSync(folder, { recursive: true });
      action();
    }
  }
}

/** Whatever stands at an entry's path, even a folder. False when it cannot be removed. */
function removeEntry(path: string): boolean {
  try {
    fs.rmSync(path, { recursive: true });
    return true;
  } catch {
    return false;
  }
}

function syncFolder(folder: string): void {
  const fd = fs.openSync(folder, 'r');
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}
