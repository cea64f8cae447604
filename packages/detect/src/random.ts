/**
 * Random numbers that depend on nothing but their key (seed, epoch, sample, purpose): not on which worker asks, in which
 * order, or after how many others. So a resumed run, or one with other workers, sees the same samples.
 */

/** MurmurHash3's finaliser over two 32-bit words: every input bit reaches every output bit. */
export function mix(a: number, b: number): number {
  let h = (a ^ Math.imul(b ^ (b >>> 15), 0x9e3779b1)) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** 32-bit FNV-1a of the string's UTF-16 code units. */
export function hashString(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

/** One stream of random numbers for one key: the n-th number is a hash of the key and n. */
export class RandomStream {
  readonly #low: number;
  readonly #high: number;
  #counter = 0;

  /** @param purpose what the numbers are for; streams of other purposes are independent */
  constructor(purpose: string, ...key: readonly number[]) {
    // Two words with different starts: 64 bits of key, so that no two samples of a run share a stream.
    this.#low = key.reduce(mixNumber, hashString(purpose));
    this.#high = key.reduce(mixNumber, mix(hashString(purpose), 1));
  }

  /** Evenly distributed 32-bit integer. */
  integer(): number {
    const n = this.#counter++;
    return mix(mix(this.#low, n), this.#high ^ n);
  }

  /** Evenly distributed in [0, 1). */
  uniform(): number {
    return this.integer() / 0x1_0000_0000;
  }

  /** Evenly distributed in [min, max). */
  between(min: number, max: number): number {
    return min + (max - min) * this.uniform();
  }

  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  /** Shuffles in place, every order equally likely (Fisher and Yates). */
  shuffle<T>(items: T[]): T[] {
    for (let i = items.length - 1; i > 0; i--) {
      const j = Math.floor(this.uniform() * (i + 1));
      [items[i], items[j]] = [items[j], items[i]];
    }
    return items;
  }
}

/** Mixes in all bits of an integer up to 2^53. */
function mixNumber(h: number, value: number): number {
  return mix(mix(h, value >>> 0), Math.floor(value / 0x1_0000_0000) >>> 0);
}
