/**
 * Counters that every thread of a process shares: one SharedArrayBuffer, atomic adds, nothing ever reset. Looking at
 * them changes nothing.
 */
import { type CacheKind, cacheKinds } from './types.js';

const kindCounters = [
  'memoryHits',
  'diskHits',
  'misses',
  'memoryEvictions',
  'diskEvictions',
  /** Entries that were outdated: their source files changed. */
  'invalidations',
  /** Corrupt entries that were unlinked. */
  'healed',
  /** Filled values that could not be written to disk. */
  'unstored',
  'memoryEntries',
  'memoryBytes',
] as const;
export type KindCounter = (typeof kindCounters)[number];

/** Flags and marks of the health check, shared so that one thread speaks for all. */
const marks = [
  'accesses',
  'totalMisses',
  'toldUncached',
  'toldCold',
  'warnedAtMisses',
  /** Bytes on disk: an estimate, set by a scan of the root and kept up by every write and eviction. */
  'diskBytes',
  'scanStarted',
] as const;
export type Mark = (typeof marks)[number];

const clocks = ['fill', 'read'] as const;
export type Clock = (typeof clocks)[number];

/** The recent hit rate looks at this many accesses. */
export const RECENT_WINDOW = 1000;

/** Latencies fall in eight buckets an octave of microseconds: a percentile is exact within 5 %. */
const BUCKETS_PER_OCTAVE = 8;
const BUCKETS = 32 * BUCKETS_PER_OCTAVE;

const MARKS_AT = cacheKinds.length * kindCounters.length;
const CLOCKS_AT = MARKS_AT + marks.length;
const CELLS = CLOCKS_AT + clocks.length * BUCKETS;
const HIT = 1;
const MISS = 2;

export interface Percentiles {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export class Statistics {
  private readonly cells: BigInt64Array;
  private readonly recentAccesses: Uint8Array;

  /** Pass another thread's `buffer` to count together with it. */
  constructor(readonly buffer = new SharedArrayBuffer(CELLS * 8 + RECENT_WINDOW)) {
    this.cells = new BigInt64Array(buffer, 0, CELLS);
    this.recentAccesses = new Uint8Array(buffer, CELLS * 8, RECENT_WINDOW);
  }

  add(kind: CacheKind, counter: KindCounter, amount = 1): void {
    Atomics.add(this.cells, cellOf(kind, counter), BigInt(amount));
  }

  get(kind: CacheKind, counter: KindCounter): number {
    return Number(Atomics.load(this.cells, cellOf(kind, counter)));
  }

  /** Over all kinds. */
  sum(counter: KindCounter): number {
    return cacheKinds.reduce((total, kind) => total + this.get(kind, counter), 0);
  }

  hit(kind: CacheKind, tier: 'memory' | 'disk'): void {
    this.add(kind, tier === 'memory' ? 'memoryHits' : 'diskHits');
    this.remember(HIT);
  }

  /** Returns how many misses there have been, this one included: every number is returned exactly once. */
  miss(kind: CacheKind): number {
    this.add(kind, 'misses');
    this.remember(MISS);
    return this.bump('totalMisses');
  }

  private remember(outcome: number): void {
    this.recentAccesses[(this.bump('accesses') - 1) % RECENT_WINDOW] = outcome;
  }

  /** Returns the new value. */
  bump(mark: Mark, amount = 1): number {
    return Number(Atomics.add(this.cells, MARKS_AT + marks.indexOf(mark), BigInt(amount))) + amount;
  }

  mark(name: Mark): number {
    return Number(Atomics.load(this.cells, MARKS_AT + marks.indexOf(name)));
  }

  set(name: Mark, value: number): void {
    Atomics.store(this.cells, MARKS_AT + marks.indexOf(name), BigInt(value));
  }

  /** Moves a mark on; false when another thread did so first. */
  advance(name: Mark, from: number, to: number): boolean {
    const cell = MARKS_AT + marks.indexOf(name);
    return Atomics.compareExchange(this.cells, cell, BigInt(from), BigInt(to)) === BigInt(from);
  }

  recent(): { accesses: number; hits: number } {
    let hits = 0;
    let accesses = 0;
    for (const outcome of this.recentAccesses) {
      if (outcome === HIT) hits++;
      if (outcome !== 0) accesses++;
    }
    return { accesses, hits };
  }

  time(clock: Clock, milliseconds: number): void {
    const bucket = Math.floor(BUCKETS_PER_OCTAVE * Math.log2(1 + milliseconds * 1000));
    Atomics.add(this.cells, CLOCKS_AT + clocks.indexOf(clock) * BUCKETS + Math.min(bucket, BUCKETS - 1), 1n);
  }

  /** In milliseconds; zeros before the first measurement. */
  percentiles(clock: Clock): Percentiles {
    const start = CLOCKS_AT + clocks.indexOf(clock) * BUCKETS;
    const counts = Array.from({ length: BUCKETS }, (_, i) => Number(Atomics.load(this.cells, start + i)));
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
}

const cellOf = (kind: CacheKind, counter: KindCounter): number =>
  cacheKinds.indexOf(kind) * kindCounters.length + kindCounters.indexOf(counter);
