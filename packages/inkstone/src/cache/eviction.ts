/** Keeps the disk tier within its bytes: sampled LRU over all namespaces of the root. */
import { setImmediate } from 'node:timers/promises';
import { foldersIn, namespaceFolder, versionFolder } from './layout.js';
import { isOurNamespace } from './namespace.js';
import { entriesIn, type FoundEntry, shardsOf } from './scan.js';
import type { Statistics } from './statistics.js';
import { removeFile } from './sweep.js';

/** Evict down to this share, so that the next write does not evict again. */
const LOW_WATER = 0.95;
/** Shards looked at before choosing; of their entries the least recently used quarter goes. */
const SAMPLED_SHARDS = 16;
const EVICTED_SHARE = 0.25;
/** Another process may fill the same root: look again after having written so much of the bound. */
const RESCAN_SHARE = 0.1;

export class DiskBudget {
  readonly #root: string;
  readonly #maxBytes: number;
  readonly #statistics: Statistics;
  #writtenSinceScan = 0;

  constructor(root: string, maxBytes: number, statistics: Statistics) {
    this.#root = root;
    this.#maxBytes = maxBytes;
    this.#statistics = statistics;
  }

  /** To be called after each write. The first call in a process starts counting what is there already. */
  added(bytes: number): void {
    const estimate = this.#statistics.bump('diskBytes', bytes);
    this.#writtenSinceScan += bytes;
    if (this.#statistics.advance('scanStarted', 0, 1)) void this.#scan();
    else if (this.#writtenSinceScan > this.#maxBytes * RESCAN_SHARE) void this.#scan();
    if (estimate > this.#maxBytes) this.#evict();
  }

  /** Sets the estimate to what is really there; gives way to other work between shards. */
  async #scan(): Promise<void> {
    this.#writtenSinceScan = 0;
    let bytes = 0;
    for (const shard of this.#shards()) {
      await setImmediate();
      for (const entry of entriesIn(shard)) bytes += entry.bytes;
    }
    // What was written meanwhile may be missing: the next scan finds it.
    this.#statistics.set('diskBytes', bytes);
    if (bytes > this.#maxBytes) this.#evict();
  }

  #evict(): void {
    const shards = this.#shards();
    let excess = this.#statistics.mark('diskBytes') - this.#maxBytes * LOW_WATER;
    while (excess > 0 && shards.length > 0) {
      const sample: FoundEntry[] = [];
      for (let i = 0; i < SAMPLED_SHARDS && shards.length > 0; i++) {
        const at = Math.floor(Math.random() * shards.length);
        const found = [...entriesIn(shards[at]!)];
        if (found.length === 0) shards.splice(at, 1);
        sample.push(...found);
      }
      const unique = [...new Map(sample.map((entry) => [entry.path, entry])).values()];
      unique.sort((a, b) => a.usedAt - b.usedAt);
      for (const entry of unique.slice(0, Math.ceil(unique.length * EVICTED_SHARE))) {
        if (excess <= 0) break;
        excess -= entry.bytes;
        this.#remove(entry);
      }
    }
  }

  #remove({ path, level, bytes }: FoundEntry): void {
    this.#statistics.bump('diskBytes', -bytes);
    // Another process may have been faster.
    if (removeFile(path)) this.#statistics.add(level, 'diskEvictions');
  }

  #shards() {
    return foldersIn(versionFolder(this.#root))
      .map((name) => namespaceFolder(this.#root, name))
      .filter(isOurNamespace)
      .flatMap(shardsOf);
  }
}
