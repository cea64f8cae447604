/**
 * The cache as a data pipeline sees it: `getOrFill` and its health. One manager a thread; managers of one process share
 * their statistics (`handle` and `attach`), managers of all threads and processes share the disk tier.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { replaceFile } from '../system/index.js';
import { type CacheConfig, type CacheConfigInput, parseCacheConfig } from './config.js';
import { CHECK_EVERY_MISSES, checkUp, type ExpectedEntries } from './diagnosis.js';
import { assertEntry } from './entry-file.js';
import { fingerprintOf } from './fingerprint.js';
import { type CacheHealth, healthReport, healthToJson, measureHealth } from './health.js';
import { CacheRootError, healthFile, prepareRoot } from './layout.js';
import { MemoryTier } from './memory.js';
import {
  dropOldVersions,
  emptyTrash,
  explainDifference,
  type Manifest,
  prepareNamespace,
  removeLeftovers,
} from './namespace.js';
import { type SourceFact, type SourceFiles, sourcesDigest } from './sources.js';
import { Statistics } from './statistics.js';
import { type Address, addressOf, Store } from './store.js';
import type { CacheEntry, CacheKind, JsonObject } from './types.js';
import { getCacheVersion, initialLines } from './version.js';

export interface CacheOpenOptions {
  readonly config?: CacheConfigInput;
  /** What is cached, e.g. "sroie/train". Namespaces of one scope are versions of each other. */
  readonly scope: string;
  /** Everything that shapes a cached value, except the source files: data set, transforms, parameters, code version. */
  readonly description: JsonObject;
  readonly loadMaps: boolean;
  /** All source files by what they are: only used to say in words which changed since the last opening. */
  readonly sources?: SourceFiles;
  /** How many entries each level will hold: lets the health check notice keys that never repeat. */
  readonly expected?: ExpectedEntries;
  /** Receives the log, line by line. Default: standard error. */
  readonly log?: (line: string) => void;
}

export interface FillOptions {
  /** The files this value is made from; when one changes, the value is filled again. */
  readonly sources?: readonly SourceFact[];
  /** The value lands here if it fits, and `data` is a view of it: saves a fresh block of memory. */
  readonly into?: Uint8Array;
}

/** What another thread needs to open the same cache: plain data, to be posted or passed as `workerData`. */
export interface CacheHandle {
  readonly config: CacheConfig;
  readonly manifest: Manifest;
  readonly loadMaps: boolean;
  readonly changes: readonly string[];
  readonly expected: ExpectedEntries;
  readonly statistics: SharedArrayBuffer;
}

/** How often a thread looks whether another one's fill is done. */
const WAIT_MS = { first: 2, most: 50 } as const;

const toStandardError = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

export class CacheManager {
  readonly config: CacheConfig;
  /** Changes since the last opening, in words. */
  readonly changes: readonly string[];
  private readonly statistics: Statistics;
  private readonly memory: MemoryTier;
  private readonly store: Store;
  private readonly inFlight = new Map<string, Promise<void>>();

  private constructor(
    private readonly shared: CacheHandle,
    private readonly log: (line: string) => void,
  ) {
    this.config = shared.config;
    this.changes = shared.changes;
    this.statistics = new Statistics(shared.statistics);
    this.memory = new MemoryTier(shared.config.max_bytes.memory, this.statistics);
    this.store = new Store(shared.config, shared.manifest, this.statistics, (error) =>
      this.tellUncached(error),
    );
  }

  /**
   * Opens the namespace that belongs to the description, says what changed since the last time and drops versions
   * beyond `keep_versions`. A root that cannot be written is no error: one warning, and values are filled as they are
   * asked for. Throws `CacheRootError` for a folder with other things in it.
   */
  static async open(options: CacheOpenOptions): Promise<CacheManager> {
    const { sources = {}, loadMaps, log = toStandardError } = options;
    const manager = CacheManager.preview(options);
    const isNew = !manager.exists;
    for (const line of initialLines(manager.config, { loadMaps })) log(line);
    if (manager.isEnabled()) manager.prepare(sources, isNew);
    return manager;
  }

  /** Touches nothing on disk: for asking which namespace would be used, what changed, and what it holds (`peek`). */
  static preview(options: CacheOpenOptions): CacheManager {
    const { scope, description, loadMaps, sources = {}, expected = {}, log = toStandardError } = options;
    const parsed = parseCacheConfig(options.config);
    const config = { ...parsed, root: resolve(parsed.root) };
    const manifest = describeNamespace(config, scope, description, loadMaps);
    const changes = explainDifference(config.root, manifest, sources);
    const statistics = new Statistics().buffer;
    return new CacheManager({ config, manifest, loadMaps, changes, expected, statistics }, log);
  }

  /** The same cache in another thread: counts into the same statistics and logs only what is new. */
  static attach(handle: CacheHandle, log: (line: string) => void = toStandardError): CacheManager {
    return new CacheManager(handle, log);
  }

  get handle(): CacheHandle {
    return this.shared;
  }

  get fingerprint(): string {
    return this.shared.manifest.fingerprint;
  }

  /** Whether the namespace is there. */
  get exists(): boolean {
    return existsSync(this.store.folder);
  }

  /** Whether `getOrFill` would find its value on disk. `absent` also where the level is not kept. */
  peek(kind: CacheKind, key: string, sources: readonly SourceFact[] = []): 'valid' | 'outdated' | 'absent' {
    if (!this.caches(kind)) return 'absent';
    return this.store.peek(addressOf(this.fingerprint, kind, key, sourcesDigest(sources)));
  }

  getCacheVersion({ loadMaps } = { loadMaps: this.shared.loadMaps }): string {
    return getCacheVersion(this.config, { loadMaps });
  }

  /** Whether the level is kept at all. */
  caches(kind: CacheKind): boolean {
    const { cache_images, cache_maps, cache_transformed_tensors } = this.config;
    return { image: cache_images, maps: cache_maps, tensor: cache_transformed_tensors }[kind];
  }

  /**
   * The value of a key: from memory, from disk, or from `fill`, which runs once among all threads and processes. The
   * result belongs to the caller, who may overwrite it. Rejects only as `fill` does, or when it returns no valid entry.
   */
  async getOrFill(
    kind: CacheKind,
    key: string,
    fill: () => Promise<CacheEntry>,
    { sources = [], into }: FillOptions = {},
  ): Promise<CacheEntry> {
    if (!this.caches(kind)) return land(await fill(), into);
    const address = addressOf(this.fingerprint, kind, key, sourcesDigest(sources));
    let flight: string;
    for (;;) {
      const cached = await this.lookUp(address, into);
      if (cached) return cached;
      flight = `${kind}/${address.name}/${Buffer.from(address.sources).toString('hex')}`;
      const running = this.inFlight.get(flight);
      if (!running) break;
      await running;
    }
    const filling = this.fillOnce(address, key, fill, into);
    const landed = filling.then(
      () => undefined,
      () => undefined,
    );
    this.inFlight.set(flight, landed);
    return filling.finally(() => this.inFlight.delete(flight));
  }

  /** A snapshot; never resets anything. Counts what is on disk by looking. */
  getCacheHealth(): CacheHealth {
    const { config, manifest, loadMaps, changes } = this.shared;
    const { version, fingerprint, scope } = manifest;
    const { folder } = this.store;
    return measureHealth({
      folder,
      version,
      fingerprint,
      scope,
      loadMaps,
      changes,
      config,
      statistics: this.statistics,
    });
  }

  logCacheHealth(): void {
    for (const line of healthReport(this.getCacheHealth())) this.log(line);
  }

  /** Forgets one level, or all, of this namespace. Other threads keep what they have in memory. */
  async clear(kind?: CacheKind): Promise<void> {
    this.memory.clear(kind);
    await this.store.clear(kind);
  }

  /** Leaves the run's health beside the entries, for `inkstone cache health`. */
  close(): void {
    this.memory.clear();
    if (!this.isEnabled()) return;
    try {
      replaceFile(
        healthFile(this.store.folder),
        JSON.stringify(healthToJson(this.getCacheHealth()), null, 2),
      );
    } catch {
      // A root that cannot be written was told about already.
    }
  }

  private isEnabled(): boolean {
    return this.caches('image') || this.caches('tensor') || this.caches('maps');
  }

  private prepare(sources: SourceFiles, isNew: boolean): void {
    const { root, keep_versions } = this.config;
    const { manifest, changes } = this.shared;
    if (changes.length > 0) {
      const consequence = isNew ? 'everything is computed again' : 'the rest is reused';
      this.log(`[INFO] Cache: ${changes.join(', ')}: ${consequence}`);
    }
    try {
      prepareRoot(root);
      removeLeftovers(prepareNamespace(root, manifest, sources));
      dropOldVersions(root, manifest, keep_versions);
      void emptyTrash(root);
    } catch (error) {
      if (error instanceof CacheRootError) throw error;
      this.store.failed(error as Error);
    }
  }

  private async lookUp(address: Address, into: Uint8Array | undefined): Promise<CacheEntry | undefined> {
    const remembered = this.memory.get(address);
    if (remembered) {
      this.hit(address.kind, 'memory');
      return land(remembered, into, 'copy');
    }
    const start = performance.now();
    const stored = await this.store.read(address, into);
    if (!stored) return undefined;
    this.statistics.time('read', performance.now() - start);
    this.hit(address.kind, 'disk');
    this.memory.set(address, stored);
    return stored;
  }

  private async fillOnce(
    address: Address,
    key: string,
    fill: () => Promise<CacheEntry>,
    into: Uint8Array | undefined,
  ): Promise<CacheEntry> {
    for (
      let wait: number = WAIT_MS.first;
      !this.store.claim(address);
      wait = Math.min(2 * wait, WAIT_MS.most)
    ) {
      await setTimeout(wait);
      const theirs = await this.lookUp(address, into);
      if (theirs) return theirs;
    }
    try {
      // Whoever held the claim before us may have just finished.
      const theirs = await this.lookUp(address, into);
      if (theirs) return theirs;
      const start = performance.now();
      const entry = await fill();
      this.statistics.time('fill', performance.now() - start);
      assertEntry(entry, key);
      this.missed(address.kind);
      await this.store.write(address, entry);
      this.memory.set(address, entry);
      return land(entry, into);
    } finally {
      this.store.release(address);
    }
  }

  private hit(kind: CacheKind, tier: 'memory' | 'disk'): void {
    this.statistics.hit(kind, tier);
    this.logNow();
  }

  private missed(kind: CacheKind): void {
    const misses = this.statistics.miss(kind);
    this.logNow();
    if (misses % CHECK_EVERY_MISSES !== 0) return;
    for (const line of checkUp(this.statistics, this.config, this.shared.expected, misses)) this.log(line);
  }

  private logNow(): void {
    const every = this.config.log_statistics_every_n;
    if (every === null || this.statistics.mark('accesses') % every !== 0) return;
    const accesses = this.statistics.mark('accesses');
    const hits = this.statistics.sum('memoryHits') + this.statistics.sum('diskHits');
    this.log(`[INFO] Cache: ${accesses} accesses, ${hits} hits (${((100 * hits) / accesses).toFixed(1)}%)`);
  }

  private tellUncached(error: Error): void {
    if (!this.statistics.advance('toldUncached', 0, 1)) return;
    this.log(
      `[WARN] The cache at ${this.config.root} cannot be written (${error.message}): going on without storing. ` +
        'Free space or set cache_config.root to a folder that can be written.',
    );
  }
}

/** The manifest, and with it the fingerprint, of what is about to be opened. */
export function describeNamespace(
  config: CacheConfig,
  scope: string,
  description: JsonObject,
  loadMaps: boolean,
): Manifest {
  const { cache_images, cache_maps, cache_transformed_tensors } = config;
  const covered = {
    ...description,
    cache_images,
    cache_maps,
    cache_transformed_tensors,
    load_maps: loadMaps,
  };
  return {
    fingerprint: fingerprintOf({ scope, covered }),
    version: getCacheVersion(config, { loadMaps }),
    scope,
    createdAt: new Date().toISOString(),
    description: covered,
  };
}

/** Puts a value where the caller wants it; `copy` when the original must stay untouched. */
function land(entry: CacheEntry, into: Uint8Array | undefined, mode?: 'copy'): CacheEntry {
  const { data } = entry;
  if (into && into.byteLength >= data.byteLength) {
    const view = into.subarray(0, data.byteLength);
    if (view.byteOffset !== data.byteOffset || view.buffer !== data.buffer) view.set(data);
    return { ...entry, data: view };
  }
  if (mode === 'copy') return { ...entry, data: Uint8Array.from(data) };
  return { ...entry, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}
