/** The memory tier: a byte-bounded LRU of private copies, so that no caller can change what the next one gets. */
import { LRUCache } from 'lru-cache';
import { allocate } from './io.js';
import type { Statistics } from './statistics.js';
import type { Address } from './store.js';
import type { CacheEntry } from './types.js';

interface Remembered {
  readonly level: string;
  readonly sources: Buffer;
  readonly entry: CacheEntry;
}

/** Beside the payload: key, shape, attributes, bookkeeping. */
const OVERHEAD_BYTES = 512;

export class MemoryTier {
  readonly #entries: LRUCache<string, Remembered> | undefined;

  constructor(maxBytes: number, statistics: Statistics) {
    if (maxBytes === 0) return;
    this.#entries = new LRUCache<string, Remembered>({
      maxSize: maxBytes,
      sizeCalculation: ({ entry }) => entry.data.byteLength + OVERHEAD_BYTES,
      onInsert: ({ level, entry }) => {
        statistics.add(level, 'memoryEntries');
        statistics.add(level, 'memoryBytes', entry.data.byteLength);
      },
      dispose: ({ level, entry }, _key, reason) => {
        statistics.add(level, 'memoryEntries', -1);
        statistics.add(level, 'memoryBytes', -entry.data.byteLength);
        if (reason === 'evict') statistics.add(level, 'memoryEvictions');
      },
    });
  }

  /** Not to be handed out: copy it. An entry made from other versions of its sources is forgotten. */
  get({ level, name, sources }: Address): CacheEntry | undefined {
    const found = this.#entries?.get(level + name);
    if (!found) return undefined;
    if (found.sources.equals(sources)) return found.entry;
    this.#entries?.delete(level + name);
    return undefined;
  }

  set({ level, name, sources }: Address, entry: CacheEntry): void {
    if (!this.#entries || entry.data.byteLength + OVERHEAD_BYTES > this.#entries.maxSize) return;
    const data = allocate(entry.data.byteLength);
    data.set(entry.data);
    this.#entries.set(level + name, { level, sources: Buffer.from(sources), entry: { ...entry, data } });
  }

  clear(level?: string): void {
    for (const [key, remembered] of this.#entries?.entries() ?? []) {
      if (level === undefined || remembered.level === level) this.#entries?.delete(key);
    }
  }
}
