import { describe, expect, it } from 'vitest';
import {
  bfloat16FromBits,
  bfloat16ToBits,
  float16FromBits,
  float16ToBits,
  roundToBfloat16,
  roundToFloat16,
} from './half.js';

const ALL_BITS = Array.from({ length: 65_536 }, (_, bits) => bits);

describe('float16', () => {
  it('converts all 65 536 values to numbers and back', () => {
    const wrong = ALL_BITS.filter((bits) => {
      const value = float16FromBits(bits);
      return Number.isNaN(value) ? !Number.isNaN(roundToFloat16(value)) : float16ToBits(value) !== bits;
    });
    expect(wrong).toEqual([]);
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
      const high = bits === 0x7bff ? 65536 : float16FromBits(bits + 1);
      const middle = (low + high) / 2;
      const even = bits % 2 === 0 ? bits : bits + 1;
      const aside = (high - low) / 1024;
      return (
        float16ToBits(middle) !== even ||
        float16ToBits(middle - aside) !== bits ||
        float16ToBits(middle + aside) !== bits + 1
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
        : bfloat16FromBits(bits) !== value || bfloat16ToBits(value) !== bits;
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
