/**
 * How large numbers are, as a histogram of their binary exponents: enough to say what any storage type would do to them,
 * and cheap enough to take of every value of a network.
 */
import type { FloatType } from '../tensor/index.js';

const EXPONENTS = 256;
/** Exponent of the first bin that holds normal numbers is 1 − 127; bin 0 holds subnormal ones. */
const BIAS = 127;

/** What a storage type keeps, by exponent: 2^e for e in `smallest` … `largest`; smaller is zero, larger infinite. */
interface Reach {
  readonly smallest: number;
  readonly largest: number;
}

/**
 * Half of the smallest subnormal rounds up to it, anything below is lost: 2⁻²⁵ in float16, 2⁻¹³⁴ in bfloat16. At the other
 * end 65520 and more is infinite in float16; counted in whole exponents that is 2¹⁶.
 */
const REACH: Readonly<Record<FloatType, Reach>> = {
  float16: { smallest: -25, largest: 15 },
  bfloat16: { smallest: -134, largest: 127 },
  float32: { smallest: -150, largest: 127 },
};

/** Shares of the values that are neither zero nor broken to begin with. */
export interface Fit {
  /** Would be infinite. */
  readonly overflow: number;
  /** Would be zero. */
  readonly underflow: number;
  /** Norm of what would be zero over the norm of all: how much a gradient loses. */
  readonly lostNorm: number;
}

export interface ExponentRange {
  /** Exponents below which 1 % and 99 % of the values that are not zero lie, and the largest; 2^max ≤ |x| < 2^(max + 1). */
  readonly p01: number;
  readonly p99: number;
  readonly max: number;
}

export class ExponentHistogram {
  /** Values of magnitude 2^(index − 127) up to twice that; subnormal ones at 0, infinite and NaN in the last. */
  readonly counts = new Float64Array(EXPONENTS);
  #zeros = 0;

  add(values: Float32Array): void {
    const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
    const { counts } = this;
    let zeros = 0;
    for (let i = 0; i < bits.length; i += 1) {
      const magnitude = (bits[i] as number) & 0x7fffffff;
      if (magnitude === 0) zeros += 1;
      else counts[magnitude >>> 23] = (counts[magnitude >>> 23] as number) + 1;
    }
    this.#zeros += zeros;
  }

  /** Values seen, zeros included. */
  get total(): number {
    return this.#zeros + this.counts.reduce((sum, count) => sum + count, 0);
  }

  /** Values that are infinite or NaN already. */
  get broken(): number {
    return this.counts[EXPONENTS - 1] as number;
  }

  /** undefined when every value is zero or broken. */
  range(): ExponentRange | undefined {
    const finite = this.#finite();
    const total = finite.reduce((sum, [, count]) => sum + count, 0);
    if (total === 0) return undefined;
    const below = (share: number): number => {
      let seen = 0;
      for (const [exponent, count] of finite) {
        seen += count;
        if (seen >= share * total) return exponent;
      }
      return Number.NaN;
    };
    return { p01: below(0.01), p99: below(0.99), max: (finite.at(-1) as readonly [number, number])[0] };
  }

  /** What storing the values times 2^`shift` in `type` would lose. */
  fit(type: FloatType, shift = 0): Fit {
    const { smallest, largest } = REACH[type];
    let [total, over, under, energy, lost] = [0, 0, 0, 0, 0];
    for (const [exponent, count] of this.#finite()) {
      const squares = count * 4 ** exponent;
      total += count;
      energy += squares;
      if (exponent + shift > largest) over += count;
      if (exponent + shift < smallest) {
        under += count;
        lost += squares;
      }
    }
    if (total === 0) return { overflow: 0, underflow: 0, lostNorm: 0 };
    return { overflow: over / total, underflow: under / total, lostNorm: Math.sqrt(lost / energy) };
  }

  /** Exponents that occur, from the smallest up. */
  #finite(): (readonly [exponent: number, count: number])[] {
    return [...this.counts.subarray(0, EXPONENTS - 1)].flatMap((count, bin) =>
      count === 0 ? [] : [[bin - BIAS, count] as const],
    );
  }
}
