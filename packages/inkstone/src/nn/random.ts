const WARM_UP_ROUNDS = 15;

/**
 * Seeded random numbers: Chris Doty-Humphrey's sfc32 (PractRand), four 32-bit words, one of them a counter, so every seed
 * gives a period of at least 2³².
 */
export class Random {
  readonly #state: Uint32Array;

  constructor(seed: number) {
    // The golden ratio and √2 keep the start away from all zeros for every seed, including those above 2³².
    this.#state = Uint32Array.of(seed, Math.floor(seed / 2 ** 32) ^ 0x9e3779b9, 0x6a09e667, 1);
    for (let round = 0; round < WARM_UP_ROUNDS; round++) this.nextUint32();
  }

  nextUint32(): number {
    const s = this.#state;
    const result = (s[0]! + s[1]! + s[3]!) >>> 0;
    s[3]!++;
    s[0] = s[1]! ^ (s[1]! >>> 9);
    s[1] = s[2]! + (s[2]! << 3);
    s[2] = ((s[2]! << 21) | (s[2]! >>> 11)) + result;
    return result;
  }

  /** Uniform in [low, high). */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * (this.nextUint32() / 2 ** 32);
  }
}

let shared = new Random(0);

/** The generator that modules draw their initial weights from. */
export function defaultRandom(): Random {
  return shared;
}

/** Makes the modules built from now on start from the same weights every time. */
export function manualSeed(seed: number): void {
  shared = new Random(seed);
}
