/** The disk tier of one namespace: reads that heal, writes that are seen whole or not at all. */
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { textDigest } from './checksum.js';
import { Claims } from './claims.js';
import type { CacheConfig } from './config.js';
import { peekEntry, readEntry } from './entry-file.js';
import type { Expectation } from './entry-format.js';
import { DiskBudget } from './eviction.js';
import type { CacheHandle } from './handle.js';
import { writeAll } from './io.js';
import {
  claimsFolder,
  entryFile,
  makeFolders,
  namespaceFolder,
  refuseLinks,
  temporaryFolder,
} from './layout.js';
import { type Manifest, prepareNamespace } from './namespace.js';
import type { Statistics } from './statistics.js';
import { removeEntry, removeFile, sweepEntries } from './sweep.js';
import type { CacheEntry } from './types.js';

/** After a failed write the disk is left alone for so long: nobody wants the same error for every sample. */
const RETRY_WRITES_AFTER_MS = 60_000;
/** A folder with files in it stands where one entry belongs. */
const OTHERS_IN_PLACE = new Set(['EISDIR', 'ENOTEMPTY']);

/** Which entry, from which source files, and what it must be like. */
export interface Address extends Expectation {
  readonly level: string;
  readonly name: string;
  readonly sources: Uint8Array;
}

export function addressOf(
  fingerprint: string,
  level: string,
  key: string,
  expected: Pick<Address, 'sources' | 'fits'>,
): Address {
  const digest = textDigest(`${fingerprint}/${level}/${key}`);
  return { level, name: digest.toString('hex'), identity: digest.subarray(0, 8), ...expected };
}

export class Store {
  readonly folder: string;
  readonly #config: CacheConfig;
  readonly #manifest: Manifest;
  readonly #statistics: Statistics;
  readonly #onFailure: (error: Error) => void;
  readonly #claims: Claims;
  readonly #budget: DiskBudget;
  #writableFrom = 0;
  #written = 0;

  /** `onFailure` hears of every write that failed; the caller goes on without. */
  constructor({ config, manifest }: CacheHandle, statistics: Statistics, onFailure: (error: Error) => void) {
    this.folder = namespaceFolder(config.root, manifest.fingerprint);
    this.#config = config;
    this.#manifest = manifest;
    this.#statistics = statistics;
    this.#onFailure = onFailure;
    this.#claims = new Claims(claimsFolder(this.folder), (folder, action) => this.#inFolder(folder, action));
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

  /** Writes an entry's parts to a temporary name, then renames. A failure is reported and counted, and costs nothing else. */
  write(address: Address, parts: readonly Uint8Array[]): void {
    if (!this.isWritable) {
      this.#statistics.add(address.level, 'unstored');
      return;
    }
    const unique = `${process.pid}-${threadId}-${this.#written++}-${randomBytes(4).toString('hex')}`;
    const temporary = join(temporaryFolder(this.folder), unique);
    const path = entryFile(this.folder, address.level, address.name);
    try {
      this.#inFolder(dirname(temporary), () => this.#writeFile(temporary, parts));
      this.#inFolder(dirname(path), () => fs.renameSync(temporary, path));
      if (this.#config.durable) syncFolder(dirname(path));
      this.#budget.added(parts.reduce((bytes, part) => bytes + part.byteLength, 0));
    } catch (error) {
      removeFile(temporary);
      this.#statistics.add(address.level, 'unstored');
      this.failed(error as Error);
    }
  }

  /**
   * To be called until the entry is there. True: we fill it. False: another thread or process does. A disk that cannot be
   * written knows no claims.
   */
  claimer(address: Address): () => boolean {
    const take = this.#claims.taker(`${address.level}-${address.name}`);
    return () => {
      if (!this.isWritable) return true;
      try {
        return take();
      } catch (error) {
        this.failed(error as Error);
        return true;
      }
    };
  }

  release(address: Address): void {
    this.#claims.release(`${address.level}-${address.name}`);
  }

  /** Drops one level, or all. */
  async clear(level?: string): Promise<void> {
    await sweepEntries(this.folder, (entry) => level === undefined || entry.level === level);
  }

  /** Stops writing for a while, unless something stands in the place of one entry. */
  failed(error: NodeJS.ErrnoException): void {
    if (!OTHERS_IN_PLACE.has(error.code ?? ''))
      this.#writableFrom = performance.now() + RETRY_WRITES_AFTER_MS;
    this.#onFailure(error);
  }

  get isWritable(): boolean {
    return performance.now() >= this.#writableFrom;
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

  /** Makes the folder when it is missing; with the root, its mark and the manifest, should they have been dropped under us. */
  #inFolder(folder: string, action: () => void): void {
    refuseLinks(this.#config.root, folder);
    try {
      action();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      prepareNamespace(this.#config.root, this.#manifest);
      makeFolders(this.folder, folder);
      action();
    }
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
