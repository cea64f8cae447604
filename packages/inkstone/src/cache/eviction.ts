/** Keeps the disk tier within its bytes: sampled LRU over all namespaces of the root. */

import { unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { foldersIn, namespaceFolder, versionFolder } from './layout.js';
import { entriesIn, type FoundEntry } from './scan.js';
import type { Statistics } from './statistics.js';
import { type CacheKind, cacheKinds } from './types.js';

/** Evict down to this share, so that the next write does not evict again. */
const LOW_WATER = 0.95;
/** Shards looked at before choosing; of their entries the least recently used quarter goes. */
const SAMPLED_SHARDS = 16;
const EVICTED_SHARE = 0.25;
/** Another process may fill the same root: look again after having written so much of the bound. */
const RESCAN_SHARE = 0.1;

interface Shard {
  readonly folder: string;
  readonly kind: CacheKind;
}

export class DiskBudget {
  private writtenSinceScan = 0;

  constructor(
    private readonly root: string,
    private readonly maxBytes: number,
    private readonly statistics: Statistics,
  ) {}

  /** To be called after each write. The first call in a process starts counting what is there already. */
  added(bytes: number): void {
    const estimate = this.statistics.bump('diskBytes', bytes);
    this.writtenSinceScan += bytes;
    if (this.statistics.advance('scanStarted', 0, 1)) void this.scan();
    else if (this.writtenSinceScan > this.maxBytes * RESCAN_SHARE) void this.scan();
    if (estimate > this.maxBytes) this.evict();
  }

  /** Sets the estimate to what is really there; gives way to other work between shards. */
  private async scan(): Promise<void> {
    this.writtenSinceScan = 0;
    let bytes = 0;
    for (const shard of shardsOf(this.root)) {
      await setImmediate();
      for (const entry of tryEntries(shard)) bytes += entry.bytes;
    }
    // What was written meanwhile may be missing: the next scan finds it.
    this.statistics.set('diskBytes', bytes);
    if (bytes > this.maxBytes) this.evict();
  }

  private evict(): void {
    const shards = shardsOf(this.root);
    let excess = this.statistics.mark('diskBytes') - this.maxBytes * LOW_WATER;
    while (excess > 0 && shards.length > 0) {
      const sample: FoundEntry[] = [];
      for (let i = 0; i < SAMPLED_SHARDS && shards.length > 0; i++) {
        const at = Math.floor(Math.random() * shards.length);
        const found = [...tryEntries(shards[at]!)];
        if (found.length === 0) shards.splice(at, 1);
        sample.push(...found);
      }
      const unique = [...new Map(sample.map((entry) => [entry.path, entry])).values()];
      unique.sort((a, b) => a.usedAt - b.usedAt);
      for (const entry of unique.slice(0, Math.ceil(unique.length * EVICTED_SHARE))) {
        if (excess <= 0) break;
        excess -= entry.bytes;
        this.remove(entry);
      }
    }
  }

  private remove({ path, kind, bytes }: FoundEntry): void {
    this.statistics.bump('diskBytes', -bytes);
    try {
      unlinkSync(path);
      this.statistics.add(kind, 'diskEvictions');
    } catch {
      // Another process was faster.
    }
  }
}

function shardsOf(root: string): Shard[] {
  return foldersIn(versionFolder(root)).flatMap((fingerprint) =>
    cacheKinds.flatMap((kind) => {
      const level = join(namespaceFolder(root, fingerprint), kind);
      return foldersIn(level).map((shard) => ({ folder: join(level, shard), kind }));
    }),
  );
}

function* tryEntries({ folder, kind }: Shard): Generator<FoundEntry> {
  try {
    yield* entriesIn(folder, kind);
  } catch {
    // Dropped meanwhile.
  }
}
