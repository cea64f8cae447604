import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roundToBfloat16, roundToFloat16 } from '../tensor/half.js';
import { ExponentHistogram } from './exponents.js';

function histogramOf(...values: readonly number[]): ExponentHistogram {
  const histogram = new ExponentHistogram();
  histogram.add(Float32Array.from(values));
  return histogram;
}

describe('ExponentHistogram', () => {
  it('knows the range of magnitudes whatever the sign, and leaves zeros out', () => {
    expect(histogramOf(0, -1, 3, 0.26, 0).range()).toEqual({ p01: -2, p99: 1, max: 1 });
    expect(histogramOf(0, 0).range()).toBeUndefined();
  });

  it('does not mind one outlier in its percentiles', () => {
    const range = histogramOf(...new Array<number>(500).fill(1), 2 ** 20, 2 ** -40).range();
    expect(range).toEqual({ p01: 0, p99: 0, max: 20 });
  });

  it('counts what is broken already apart', () => {
    const histogram = histogramOf(Number.NaN, Number.NEGATIVE_INFINITY, 1);
    expect(histogram.broken).toBe(2);
    expect(histogram.total).toBe(3);
    expect(histogram.range()?.max).toBe(0);
  });

  it('says how much of a gradient a loss scale saves', () => {
    const histogram = histogramOf(1, 2 ** -30, 2 ** -30, 0);
    expect(histogram.fit('float16')).toMatchObject({ overflow: 0, underflow: 2 / 3 });
    expect(histogram.fit('float16').lostNorm).toBeCloseTo(Math.SQRT2 * 2 ** -30, 12);
    expect(histogram.fit('float16', 16)).toEqual({ overflow: 1 / 3, underflow: 0, lostNorm: 0 });
    expect(histogram.fit('bfloat16')).toEqual({ overflow: 0, underflow: 0, lostNorm: 0 });
  });

  it.each([
    ['float16', roundToFloat16, 2 ** 16],
    ['bfloat16', roundToBfloat16, Number.POSITIVE_INFINITY],
  ] as const)('agrees with what rounding to %s does', (type, round, infinite) => {
    const magnitudes = fc
      .double({ min: -160, max: 127, noNaN: true })
      .map((exponent) => Math.fround(2 ** exponent));
    fc.assert(
      fc.property(magnitudes, (value) => {
        // Below 2⁻¹²⁶ the histogram has one bin; between 65520 and 2¹⁶ whole exponents are too coarse.
        fc.pre(
          value >= 2 ** -126 && (value < 65504 || value >= infinite || infinite === Number.POSITIVE_INFINITY),
        );
        fc.pre(Math.log2(value) !== -25);
        const rounded = round(value);
        const { overflow, underflow } = histogramOf(value).fit(type);
        expect(overflow).toBe(rounded === Number.POSITIVE_INFINITY ? 1 : 0);
        expect(underflow).toBe(rounded === 0 ? 1 : 0);
      }),
    );
  });
});
