/**
 * Counters that every thread of a process shares: one SharedArrayBuffer, atomic adds, nothing ever reset. Looking at
 * them changes nothing.
 */
const levelCounters = [
  'memoryHits',
  'diskHits',
  'sharedHits',
  'misses',
  'memoryEvictions',
  'diskEvictions',
  /** Entries that were outdated: their source files changed. */
  'invalidations',
  /** Corrupt entries that were unlinked. */
  'healed',
  /** Filled values that could not be written to disk. */
  'unstored',
  /** Entries from the shared tier that did not verify and were removed there. */
  'sharedHealed',
  'sharedStored',
  /** Filled values that the shared tier did not take. */
  'sharedUnstored',
  'memoryEntries',
  'memoryBytes',
] as const;
export type LevelCounter = (typeof levelCounters)[number];

/** Flags and marks of the health check, shared so that one thread speaks for all. */
const marks = [
  'accesses',
  'totalMisses',
  'toldUncached',
  'toldChanged',
  'toldCold',
  'warnedAtMisses',
  /** Bytes on disk: an estimate, set by a scan of the root and kept up by every write and eviction. */
  'diskBytes',
  'scanStarted',
  /** Milliseconds since 1970 at which a shared tier that does not answer is tried again; 0 while it answers. See `Circuit`. */
  'sharedAwayUntil',
  'sharedAwayPause',
  'sharedBackSince',
  /** The same of one that answers and does not store. */
  'sharedFullUntil',
  'sharedFullPause',
  'sharedRoomSince',
] as const;
export type Mark = (typeof marks)[number];

const clocks = ['fill', 'read', 'sharedRead'] as const;
/** Where a value may be found. */
export type Tier = 'memory' | 'disk' | 'shared';

export type Clock = (typeof clocks)[number];

/** The recent hit rate looks at this many accesses. */
export const RECENT_WINDOW = 1000;

/** Latencies fall in eight buckets an octave of microseconds: a percentile is exact within 5 %. */
const BUCKETS_PER_OCTAVE = 8;
const BUCKETS = 32 * BUCKETS_PER_OCTAVE;

/** Cells: the marks, the clocks' buckets, then the counters of each level. */
const CLOCKS_AT = marks.length;
const LEVELS_AT = CLOCKS_AT + clocks.length * BUCKETS;
const HIT = 1;
const MISS = 2;

export interface Percentiles {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export class Statistics {
  readonly buffer: SharedArrayBuffer;
  readonly #levels: readonly string[];
  readonly #cells: BigInt64Array;
  readonly #recentAccesses: Uint8Array;

  /** Pass another thread's `buffer`, made for the same levels, to count together with it. */
  constructor(levels: readonly string[], buffer?: SharedArrayBuffer) {
    const cells = LEVELS_AT + levels.length * levelCounters.length;
    this.buffer = buffer ?? new SharedArrayBuffer(cells * 8 + RECENT_WINDOW);
    this.#levels = levels;
    this.#cells = new BigInt64Array(this.buffer, 0, cells);
    this.#recentAccesses = new Uint8Array(this.buffer, cells * 8, RECENT_WINDOW);
  }

  /** Of somebody else's level (eviction meets them) nothing is counted. */
  add(level: string, counter: LevelCounter, amount = 1): void {
    if (this.#levels.includes(level)) Atomics.add(this.#cells, this.#cellOf(level, counter), BigInt(amount));
  }

  get(level: string, counter: LevelCounter): number {
    return Number(Atomics.load(this.#cells, this.#cellOf(level, counter)));
  }

  countersOf(level: string): Record<LevelCounter, number> {
    const counters = levelCounters.map((counter) => [counter, this.get(level, counter)]);
    return Object.fromEntries(counters) as Record<LevelCounter, number>;
  }

  /** Over all levels. */
  sum(counter: LevelCounter): number {
    return this.#levels.reduce((total, level) => total + this.get(level, counter), 0);
  }

  /** Values that were not computed, whichever tier had them. */
  hits(): number {
    return this.sum('memoryHits') + this.sum('diskHits') + this.sum('sharedHits');
  }

  hit(level: string, tier: Tier): void {
    this.add(level, `${tier}Hits`);
    this.#remember(HIT);
  }

  /** Returns how many misses there have been, this one included: every number is returned exactly once. */
  miss(level: string): number {
    this.add(level, 'misses');
    this.#remember(MISS);
    return this.bump('totalMisses');
  }

  #remember(outcome: number): void {
    this.#recentAccesses[(this.bump('accesses') - 1) % RECENT_WINDOW] = outcome;
  }

  /** Returns the new value. */
  bump(mark: Mark, amount = 1): number {
    return Number(Atomics.add(this.#cells, marks.indexOf(mark), BigInt(amount))) + amount;
  }

  mark(name: Mark): number {
    return Number(Atomics.load(this.#cells, marks.indexOf(name)));
  }

  set(name: Mark, value: number): void {
    Atomics.store(this.#cells, marks.indexOf(name), BigInt(value));
  }

  /** Moves a mark on; false when another thread did so first. */
  advance(name: Mark, from: number, to: number): boolean {
    const cell = marks.indexOf(name);
    return Atomics.compareExchange(this.#cells, cell, BigInt(from), BigInt(to)) === BigInt(from);
  }

  recent(): { accesses: number; hits: number } {
    let hits = 0;
    let accesses = 0;
    for (const outcome of this.#recentAccesses) {
      if (outcome === HIT) hits++;
      if (outcome !== 0) accesses++;
    }
    return { accesses, hits };
  }

  time(clock: Clock, milliseconds: number): void {
    const bucket = Math.floor(BUCKETS_PER_OCTAVE * Math.log2(1 + milliseconds * 1000));
    Atomics.add(this.#cells, CLOCKS_AT + clocks.indexOf(clock) * BUCKETS + Math.min(bucket, BUCKETS - 1), 1n);
  }

  /** In milliseconds; zeros before the first measurement. */
  percentiles(clock: Clock): Percentiles {
    const start = CLOCKS_AT + clocks.indexOf(clock) * BUCKETS;
    const counts = Array.from({ length: BUCKETS }, (_, i) => Number(Atomics.load(this.#cells, start + i)));
    const count = counts.reduce((a, b) => a + b, 0);
    const at = (share: number): number => {
      let left = Math.max(1, Math.ceil(share * count));
      const bucket = counts.findIndex((n) => {
        left -= n;
        return left <= 0;
      });
      return count === 0 ? 0 : (2 ** ((bucket + 0.5) / BUCKETS_PER_OCTAVE) - 1) / 1000;
    };
    return { count, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
  }

  #cellOf(level: string, counter: LevelCounter): number {
    return LEVELS_AT + this.#levels.indexOf(level) * levelCounters.length + levelCounters.indexOf(counter);
  }
}
