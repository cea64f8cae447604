/** The memory tier: a byte-bounded LRU of private copies, so that no caller can change what the next one gets. */
import { LRUCache } from 'lru-cache';
import { allocate } from './io.js';
import type { Statistics } from './statistics.js';
import type { Address } from './store.js';
import type { CacheEntry, CacheKind } from './types.js';

interface Remembered {
  readonly kind: CacheKind;
  readonly sources: Buffer;
  readonly entry: CacheEntry;
}

/** Beside the payload: key, shape, attributes, bookkeeping. */
const OVERHEAD_BYTES = 512;

export class MemoryTier {
  private readonly entries: LRUCache<string, Remembered> | undefined;

  constructor(maxBytes: number, statistics: Statistics) {
    if (maxBytes === 0) return;
    this.entries = new LRUCache<string, Remembered>({
      maxSize: maxBytes,
      sizeCalculation: ({ entry }) => entry.data.byteLength + OVERHEAD_BYTES,
      onInsert: ({ kind, entry }) => {
        statistics.add(kind, 'memoryEntries');
        statistics.add(kind, 'memoryBytes', entry.data.byteLength);
      },
      dispose: ({ kind, entry }, _key, reason) => {
        statistics.add(kind, 'memoryEntries', -1);
        statistics.add(kind, 'memoryBytes', -entry.data.byteLength);
        if (reason === 'evict') statistics.add(kind, 'memoryEvictions');
      },
    });
  }

  /** Not to be handed out: copy it. An entry made from other versions of its sources is forgotten. */
  get({ kind, name, sources }: Address): CacheEntry | undefined {
    const found = this.entries?.get(kind + name);
    if (!found) return undefined;
    if (found.sources.equals(sources)) return found.entry;
    this.entries?.delete(kind + name);
    return undefined;
  }

  set({ kind, name, sources }: Address, entry: CacheEntry): void {
    if (!this.entries || entry.data.byteLength + OVERHEAD_BYTES > this.entries.maxSize) return;
    const data = allocate(entry.data.byteLength);
    data.set(entry.data);
    this.entries.set(kind + name, { kind, sources: Buffer.from(sources), entry: { ...entry, data } });
  }

  clear(kind?: CacheKind): void {
    for (const [key, remembered] of this.entries?.entries() ?? []) {
      if (kind === undefined || remembered.kind === kind) this.entries?.delete(key);
    }
  }
}
