import { describe, expect, it } from 'vitest';
import { bfloat16FromBits, float16Bits, float16FromBits, roundToBfloat16, roundToFloat16 } from './half.js';

const ALL_BITS = Array.from({ length: 65_536 }, (_, bits) => bits);

describe('float16', () => {
  it('converts all 65 536 bit patterns to numbers of their own, which rounding leaves alone', () => {
    const wrong = ALL_BITS.filter((bits) => {
      const value = float16FromBits(bits);
      return !Object.is(roundToFloat16(value), value);
    });
    expect(wrong).toEqual([]);
    const nans = 2 * (2 ** 10 - 1);
    // Every NaN is one number here, and so are the two zeros.
    expect(new Set(ALL_BITS.map(float16FromBits)).size).toBe(65_536 - nans);
    expect(float16FromBits(0x8000)).toBe(-0);
  });

  it('gives back the bits of all numbers, and one NaN for all of them', () => {
    const wrong = ALL_BITS.filter((bits) => {
      const value = float16FromBits(bits);
      return Number.isNaN(value)
        ? !Number.isNaN(float16FromBits(float16Bits(value)))
        : float16Bits(value) !== bits;
    });
    expect(wrong).toEqual([]);
    expect(float16Bits(65520)).toBe(0x7c00);
    expect(float16Bits(1 / 3)).toBe(0x3555);
  });

  it('knows the values that the standard names', () => {
    expect(float16FromBits(0x3c00)).toBe(1);
    expect(float16FromBits(0x7bff)).toBe(65504);
    expect(float16FromBits(0x0001)).toBe(2 ** -24);
    expect(float16FromBits(0xfc00)).toBe(Number.NEGATIVE_INFINITY);
    expect(float16FromBits(0x7e00)).toBeNaN();
  });

  it('rounds a tie to the even neighbour and anything else to the nearer one', () => {
    const wrong = ALL_BITS.slice(0, 0x7c00).filter((bits) => {
      const low = float16FromBits(bits);
      const next = float16FromBits(bits + 1);
      const high = Math.min(next, 65536);
      const middle = (low + high) / 2;
      const aside = (high - low) / 1024;
      return (
        roundToFloat16(middle) !== (bits % 2 === 0 ? low : next) ||
        roundToFloat16(middle - aside) !== low ||
        roundToFloat16(middle + aside) !== next
      );
    });
    expect(wrong).toEqual([]);
  });
});

describe('bfloat16', () => {
  it('is the upper half of a float32', () => {
    const view = new DataView(new ArrayBuffer(4));
    const wrong = ALL_BITS.filter((bits) => {
      view.setUint16(0, bits);
      const value = view.getFloat32(0);
      return Number.isNaN(value)
        ? !Number.isNaN(bfloat16FromBits(bits))
        : bfloat16FromBits(bits) !== value || roundToBfloat16(value) !== value;
    });
    expect(wrong).toEqual([]);
  });

  it('rounds to nearest even and overflows to infinity', () => {
    expect(roundToBfloat16(1 + 2 ** -8)).toBe(1);
    expect(roundToBfloat16(1 + 3 * 2 ** -8)).toBe(1 + 2 ** -6);
    expect(roundToBfloat16(3.4e38)).toBe(Number.POSITIVE_INFINITY);
    expect(roundToBfloat16(1e-45)).toBe(0);
  });
});
