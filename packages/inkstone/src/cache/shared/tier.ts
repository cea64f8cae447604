/**
 * The shared tier: a Redis or Valkey server that all hosts ask before they compute. Its entries are the bytes of the disk tier's
 * files, verified as those are. Whatever the server does or does not do costs misses, never a wrong value.
 */
import { setTimeout } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { systemReason } from '../../system/index.js';
import type { CacheConfig } from '../config.js';
import { FORMAT, openEntry } from '../entry-format.js';
import type { Statistics } from '../statistics.js';
import type { Address } from '../store.js';
import type { CacheEntry } from '../types.js';
import type { SharedAddress } from './address.js';
import { Circuit } from './circuit.js';
import { SharedClaims } from './claims.js';
import { Connection, isReply } from './connection.js';

const DAY_MS = 24 * 60 * 60 * 1000;
/** How often a host looks whether another one's fill is done. */
const WAIT_MS = { first: 5, most: 250 } as const;
/** Then it computes the value itself: a holder that renews its claim may hang all the same. */
const LONGEST_WAIT_MS = 60_000;

/** With the sources in its name, an entry of older ones is never met: it expires. */
const keyOf = ({ name, sources }: Address): string =>
  `inkstone:${FORMAT}:${name}:${Buffer.from(sources).toString('hex')}`;
const claimOf = (address: Address): string => `${keyOf(address)}:claim`;

export interface Found {
  readonly entry: CacheEntry;
  /** As the disk tier keeps it. */
  readonly bytes: Uint8Array;
}

export class SharedTier {
  readonly #config: CacheConfig['shared'];
  readonly #statistics: Statistics;
  readonly #connection: Connection;
  readonly #answering: Circuit;
  readonly #storing: Circuit;
  readonly #claims: SharedClaims;

  constructor(
    address: SharedAddress,
    config: CacheConfig['shared'],
    statistics: Statistics,
    log: (line: string) => void,
  ) {
    const server = `The shared cache at ${address.name}`;
    this.#config = config;
    this.#statistics = statistics;
    this.#connection = new Connection(address, config.timeout_ms);
    this.#answering = new Circuit(statistics, {
      until: 'sharedAwayUntil',
      pause: 'sharedAwayPause',
      since: 'sharedBackSince',
      onOpen: (error) =>
        log(
          `[WARN] ${server} cannot be used (${systemReason(error)}): going on without it; it is tried again by itself`,
        ),
      onClose: () => log(`[INFO] ${server} can be used again`),
    });
    this.#storing = new Circuit(statistics, {
      until: 'sharedFullUntil',
      pause: 'sharedFullPause',
      since: 'sharedRoomSince',
      onOpen: (error) =>
        log(
          `[WARN] ${server} stores nothing (${error.message}): going on with what it has. ` +
            'If it is full, raise its maxmemory or set its maxmemory-policy to allkeys-lru',
        ),
      onClose: () => log(`[INFO] ${server} stores again`),
    });
    this.#claims = new SharedClaims(
      (question) => this.#ask(question),
      (question) => this.#store(question),
    );
  }

  /**
   * An entry that is there, or that another host is at: it is waited for. Undefined: this host fills it, until `release`.
   */
  async find(address: Address, into?: Uint8Array): Promise<Found | undefined> {
    const begin = performance.now();
    for (let wait: number = WAIT_MS.first; ; wait = Math.min(2 * wait, WAIT_MS.most)) {
      const found = await this.#read(address, into);
      if (found !== undefined || performance.now() - begin > LONGEST_WAIT_MS) return found;
      // Whoever held the claim before us may have just finished.
      if (await this.#claims.take(claimOf(address))) return this.#read(address, into);
      await setTimeout(wait);
    }
  }

  async write(address: Address, parts: readonly Uint8Array[]): Promise<void> {
    const { max_entry_bytes, expire_after_days } = this.#config;
    const bytes = parts.reduce((sum, part) => sum + part.byteLength, 0);
    const stored =
      bytes <= max_entry_bytes &&
      (await this.#store((client) =>
        client.set(keyOf(address), Buffer.concat(parts), 'PX', Math.ceil(expire_after_days * DAY_MS)),
      ));
    this.#statistics.add(address.level, stored ? 'sharedStored' : 'sharedUnstored');
  }

  /** Nobody waits for it: should it fail, the claim expires. */
  release(address: Address): void {
    void this.#claims.release(claimOf(address));
  }

  close(): void {
    this.#claims.stopRenewing();
    this.#connection.close();
  }

  async #read(address: Address, into: Uint8Array | undefined): Promise<Found | undefined> {
    const start = performance.now();
    const bytes = await this.#ask((client) => client.getBuffer(keyOf(address)));
    if (!bytes) return undefined;
    const result = await openEntry(bytes, address, into);
    if (result.state === 'valid') {
      this.#statistics.time('sharedRead', performance.now() - start);
      return { entry: result.entry, bytes };
    }
    this.#statistics.add(address.level, 'sharedHealed');
    await this.#ask((client) => client.del(keyOf(address)));
    return undefined;
  }

  #ask<T>(question: (client: Redis) => Promise<T>): Promise<T | undefined> {
    return this.#answering.attempt(
      () => this.#connection.ask(question),
      () => true,
    );
  }

  /** A server that is full, or may only be read, still has what it has. */
  #store<T>(question: (client: Redis) => Promise<T>): Promise<T | undefined> {
    const ask = () =>
      this.#answering.attempt(
        () => this.#connection.ask(question),
        (error) => !isReply(error),
      );
    return this.#storing.attempt(ask, isReply);
  }
}
