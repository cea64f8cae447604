/**
 * The cache as a data pipeline sees it: `getOrFill` and its health. One manager a thread; managers of one process share
 * their statistics (`handle` and `attach`), managers of all threads and processes share the disk tier.
 */
import { resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { printable } from '../system/index.js';
import {
  type CacheConfigInput,
  cacheConfigSchema,
  fingerprintMode,
  type Levels,
  type LevelsInput,
  levelsSchema,
  type OpenCacheConfig,
} from './config.js';
import { assertEntry, type EntryForm, encodeEntry, MAX_VALUE_BYTES } from './entry-format.js';
import { fingerprintOf } from './fingerprint.js';
import type { CacheHandle } from './handle.js';
import { CHECK_EVERY_MISSES, checkUp } from './inspect/diagnosis.js';
import { type CacheHealth, healthToJson, measureHealth } from './inspect/health.js';
import { CacheRootError, refuseForeign } from './layout.js';
import { MemoryTier } from './memory.js';
import { dropOldVersions, explainDifference, isOurNamespace, prepareNamespace } from './namespace.js';
import { sharedAddress } from './shared/address.js';
import { loadClient } from './shared/connection.js';
import { SharedTier } from './shared/tier.js';
import {
  changedSource,
  SourceChangedError,
  type SourceFact,
  type SourceFiles,
  settled,
  sourcesDigest,
} from './sources.js';
import { Statistics, type Tier } from './statistics.js';
import { type Address, addressOf, Store } from './store.js';
import { removeLeftovers } from './sweep.js';
import type { CacheEntry, JsonObject } from './types.js';
import { writeHealth } from './uses.js';

/** Of a fingerprint: enough to tell versions apart by eye. */
const VERSION_DIGITS = 8;

export interface CacheOpenOptions {
  readonly config?: CacheConfigInput;
  /** Kinds of values that are kept apart, on disk and in every figure, e.g. `{ thumbnail: {}, ocr: { compression: 'zstd' } }`. */
  readonly levels: LevelsInput;
  /** What is cached, e.g. "sroie/train". Namespaces of one scope are versions of each other. */
  readonly scope: string;
  /** Everything that shapes a cached value, except the source files: data set, transforms, parameters, code version. */
  readonly description: JsonObject;
  /** What people see and compare; it decides nothing. Default: the first eight digits of the fingerprint. */
  readonly version?: string;
  /** All source files by what they are: only used to say in words which changed since the last opening. */
  readonly sources?: SourceFiles;
  /** Receives the log, line by line. Default: standard error. */
  readonly log?: (line: string) => void;
}

export interface FillOptions {
  /** The files this value is made from; when one changes, the value is filled again. */
  readonly sources?: readonly SourceFact[];
  /** Whether a stored value is of the form that the caller wants; another one counts as damaged and is filled again. */
  readonly fits?: (form: EntryForm) => boolean;
  /** The value lands here if it has room, and `data` is a view of it: saves a fresh block of memory. */
  readonly into?: Uint8Array;
}

/** How often a thread looks whether another one's fill is done. */
const WAIT_MS = { first: 2, most: 50 } as const;

const toStandardError = (line: string): void => {
  process.stderr.write(`${printable(line)}\n`);
};

export class CacheManager {
  /** Plain data that opens the same cache in another thread: see `attach`. */
  readonly handle: CacheHandle;
  readonly #log: (line: string) => void;
  readonly #statistics: Statistics;
  readonly #memory: MemoryTier;
  readonly #store: Store;
  readonly #shared: SharedTier | undefined;
  readonly #inFlight = new Map<string, Promise<void>>();

  private constructor(handle: CacheHandle, log: (line: string) => void) {
    this.handle = handle;
    this.#log = log;
    this.#statistics = new Statistics(handle.manifest.levels, handle.statistics);
    this.#memory = new MemoryTier(handle.config.max_bytes.memory, this.#statistics);
    this.#store = new Store(handle, this.#statistics, (error) => this.#tellUncached(error));
    const { shared } = handle.config;
    const address = sharedAddress(shared.url);
    this.#shared = address && new SharedTier(address, shared, this.#statistics, log);
  }

  /**
   * Opens the namespace that belongs to the description, says what changed since the last time and drops versions
   * beyond `keep_versions`. A root that cannot be written is no error: one warning, and values are filled as they are
   * asked for. Throws `CacheRootError` for a folder with other things in it, InputError for a shared tier that cannot be one.
   */
  static async open(options: CacheOpenOptions): Promise<CacheManager> {
    const manager = CacheManager.preview(options);
    if (manager.#shared) await loadClient();
    if (manager.#isEnabled()) manager.#prepare(options.sources ?? {});
    return manager;
  }

  /** Touches nothing on disk: for asking which namespace would be used, what changed, and what it holds (`peek`). Errors as `open`. */
  static preview(options: CacheOpenOptions): CacheManager {
    const { scope, description, sources = {}, log = toStandardError } = options;
    const parsed = cacheConfigSchema.parse(options.config ?? {});
    const config = { ...parsed, root: resolve(parsed.root), fingerprint: fingerprintMode(parsed) };
    const levels = levelsSchema.parse(options.levels);
    if (Object.values(levels).some(({ kept }) => kept)) refuseForeign(config.root);
    const fingerprint = fingerprintOf({ scope, covered: description });
    const manifest = {
      fingerprint,
      version: options.version ?? fingerprint.slice(0, VERSION_DIGITS),
      scope,
      createdAt: new Date().toISOString(),
      levels: Object.keys(levels),
      description,
    };
    const changes = explainDifference(config.root, manifest, sources);
    const statistics = new Statistics(manifest.levels).buffer;
    return new CacheManager({ config, levels, manifest, changes, statistics }, log);
  }

  /** The same cache in another thread: counts into the same statistics and logs only what is new. */
  static attach(handle: CacheHandle, log: (line: string) => void = toStandardError): CacheManager {
    return new CacheManager(handle, log);
  }

  get config(): OpenCacheConfig {
    return this.handle.config;
  }

  get levels(): Levels {
    return this.handle.levels;
  }

  /** All that the fingerprint covers. */
  get description(): JsonObject {
    return this.handle.manifest.description;
  }

  get fingerprint(): string {
    return this.handle.manifest.fingerprint;
  }

  get version(): string {
    return this.handle.manifest.version;
  }

  /** Changes since the last opening, in words. */
  get changes(): readonly string[] {
    return this.handle.changes;
  }

  /** Whether the namespace is there. */
  get exists(): boolean {
    return isOurNamespace(this.#store.folder);
  }

  /** False after the disk refused something, until it is tried again: values are handed out and not kept. */
  get isWritable(): boolean {
    return this.#store.isWritable;
  }

  /** Whether `getOrFill` would find its value on disk. `absent` also where the level is not kept. */
  peek(level: string, key: string, sources: readonly SourceFact[] = []): 'valid' | 'outdated' | 'absent' {
    if (!this.keeps(level)) return 'absent';
    return this.#store.peek(addressOf(this.fingerprint, level, key, { sources: sourcesDigest(sources) }));
  }

  /** Whether the level is kept at all. Throws a TypeError for a level that the cache was not opened with. */
  keeps(level: string): boolean {
    const known = this.handle.levels[level];
    if (known !== undefined) return known.kept;
    const names = this.handle.manifest.levels.join(', ');
    throw new TypeError(`The cache has no level "${level}": it was opened with ${names}`);
  }

  /**
   * The value of a key: from memory, disk or the shared tier, or from `fill`, which runs once among all threads and processes. The
   * result belongs to the caller, who may overwrite it. Rejects only as `fill` does, or when it returns no valid entry.
   * A value whose sources are no longer what they were said to be is handed out, and not kept.
   */
  async getOrFill(
    level: string,
    key: string,
    fill: () => Promise<CacheEntry>,
    { sources = [], into, fits }: FillOptions = {},
  ): Promise<CacheEntry> {
    if (!this.keeps(level)) return land(await fill(), into);
    const address = addressOf(this.fingerprint, level, key, { sources: sourcesDigest(sources), fits });
    let flight: string;
    for (;;) {
      const cached = await this.#lookUp(address, into);
      if (cached) return cached;
      flight = `${level}/${address.name}/${Buffer.from(address.sources).toString('hex')}`;
      const running = this.#inFlight.get(flight);
      if (!running) break;
      await running;
    }
    const filling = this.#fillOnce(address, key, fill, sources, into);
    const landed = filling.then(
      () => undefined,
      () => undefined,
    );
    this.#inFlight.set(flight, landed);
    return filling.finally(() => this.#inFlight.delete(flight));
  }

  /** A snapshot; never resets anything. Counts what is on disk by looking. */
  getCacheHealth(): CacheHealth {
    return measureHealth(this.handle, this.#store.folder, this.#statistics);
  }

  /** Forgets one level, or all, of this namespace. Other threads keep what they have in memory. */
  async clear(level?: string): Promise<void> {
    this.#memory.clear(level);
    await this.#store.clear(level);
  }

  /** Leaves the health of this use beside the entries, for `inkstone cache health`; the caller may add to it. */
  close(more: Readonly<Record<string, unknown>> = {}): void {
    this.#memory.clear();
    this.#shared?.close();
    if (!this.#isEnabled()) return;
    const health = { ...healthToJson(this.getCacheHealth()), ...more };
    try {
      writeHealth(this.#store.folder, health);
    } catch {
      // A root that cannot be written was told about already.
    }
  }

  #isEnabled(): boolean {
    return Object.values(this.levels).some(({ kept }) => kept);
  }

  #prepare(sources: SourceFiles): void {
    const { root, keep_versions } = this.config;
    const { manifest, changes } = this.handle;
    if (changes.length > 0) {
      const consequence = this.exists ? 'the rest is reused' : 'everything is computed again';
      this.#log(`[INFO] Cache: ${changes.join(', ')}: ${consequence}`);
    }
    try {
      removeLeftovers(prepareNamespace(root, manifest, sources));
      void dropOldVersions(root, manifest, keep_versions);
    } catch (error) {
      if (error instanceof CacheRootError) throw error;
      this.#store.failed(error as Error);
    }
  }

  async #lookUp(address: Address, into: Uint8Array | undefined): Promise<CacheEntry | undefined> {
    const remembered = this.#memory.get(address);
    if (remembered) {
      this.#hit(address.level, 'memory');
      return land(remembered, into, 'copy');
    }
    const start = performance.now();
    const stored = await this.#store.read(address, into);
    if (!stored) return undefined;
    this.#statistics.time('read', performance.now() - start);
    this.#hit(address.level, 'disk');
    this.#memory.set(address, stored);
    return stored;
  }

  /** Asked once a host: whoever waits for this fill finds it on disk. */
  async #lookUpShared(address: Address, into: Uint8Array | undefined): Promise<CacheEntry | undefined> {
    const found = await this.#shared?.find(address, into);
    if (!found) return undefined;
    this.#hit(address.level, 'shared');
    this.#store.write(address, [found.bytes]);
    this.#memory.set(address, found.entry);
    return found.entry;
  }

  async #keep(address: Address, entry: CacheEntry): Promise<void> {
    this.#memory.set(address, entry);
    if (entry.data.byteLength > MAX_VALUE_BYTES) return this.#statistics.add(address.level, 'unstored');
    let parts: readonly Uint8Array[];
    try {
      parts = await encodeEntry(entry, address, this.levels[address.level].compression);
    } catch (error) {
      this.#statistics.add(address.level, 'unstored');
      return this.#store.failed(error as Error);
    }
    this.#store.write(address, parts);
    await this.#shared?.write(address, parts);
  }

  async #fillOnce(
    address: Address,
    key: string,
    fill: () => Promise<CacheEntry>,
    sources: readonly SourceFact[],
    into: Uint8Array | undefined,
  ): Promise<CacheEntry> {
    const claim = this.#store.claimer(address);
    for (let wait: number = WAIT_MS.first; !claim(); wait = Math.min(2 * wait, WAIT_MS.most)) {
      await setTimeout(wait);
      const theirs = await this.#lookUp(address, into);
      if (theirs) return theirs;
    }
    try {
      // Whoever held the claim before us may have just finished.
      const theirs = (await this.#lookUp(address, into)) ?? (await this.#lookUpShared(address, into));
      if (theirs) return theirs;
      await settled(sources);
      const start = performance.now();
      const entry = await fill();
      this.#statistics.time('fill', performance.now() - start);
      assertEntry(entry, key);
      this.#missed(address.level);
      const changed = changedSource(sources);
      if (changed === undefined) {
        await this.#keep(address, entry);
      } else {
        this.#tellChanged(changed);
      }
      return land(entry, into);
    } catch (error) {
      if (error instanceof SourceChangedError) this.#tellChanged(error.path);
      throw error;
    } finally {
      this.#store.release(address);
      this.#shared?.release(address);
    }
  }

  #hit(level: string, tier: Tier): void {
    this.#statistics.hit(level, tier);
    this.#logNow();
  }

  #missed(level: string): void {
    const misses = this.#statistics.miss(level);
    this.#logNow();
    if (misses % CHECK_EVERY_MISSES !== 0) return;
    for (const line of checkUp(this.#statistics, this.config, this.levels, misses)) this.#log(line);
  }

  #logNow(): void {
    const every = this.config.log_statistics_every_n;
    if (every === null || this.#statistics.mark('accesses') % every !== 0) return;
    const accesses = this.#statistics.mark('accesses');
    const hits = this.#statistics.hits();
    this.#log(`[INFO] Cache: ${accesses} accesses, ${hits} hits (${((100 * hits) / accesses).toFixed(1)}%)`);
  }

  #tellChanged(path: string): void {
    if (!this.#statistics.advance('toldChanged', 0, 1)) return;
    this.#log(
      `[WARN] Cache: ${path} changed after this program began to read its data: what is made of such files is not stored. ` +
        'Start again when nothing writes to the data any more.',
    );
  }

  #tellUncached(error: Error): void {
    if (!this.#statistics.advance('toldUncached', 0, 1)) return;
    this.#log(
      `[WARN] The cache at ${this.config.root} cannot be written (${error.message}): going on without storing. ` +
        'Free space or set cache_config.root to a folder that can be written.',
    );
  }
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
