import { describe, expect, it } from 'vitest';
import { checksum, textDigest } from './checksum.js';

/** 0, 1, … 250, 0, 1, … */
const bytes = (count: number): Uint8Array => Uint8Array.from({ length: count }, (_, i) => i % 251);

/** By the reference implementation in C (xxhash.h, through the package xxhash-addon 2.1). */
const DIGESTS = [
  [0, '2d06800538d394c2'],
  [1, 'c44bdff4074eecdb'],
  [8, '3a1c2d7c85af88f8'],
  [200, 'f42a8864feaf0703'],
  [1024, 'e5d78bafa45b2aa5'],
  [100_000, '42c23aeead96750d'],
] as const;
const TEXT_DIGESTS = [
  ['', '99aa06d3014798d86001c324468d497f'],
  ['a', 'a96faf705af16834e6c632b61e964e1f'],
  ['Größe/収据', '8e9cca43be9dea919997376c45425860'],
  ['\ud800x', '305ed985d6036e3c6f3366196c553aa6'],
] as const;

describe('checksum', () => {
  it.each(DIGESTS)('is XXH3 of %i bytes, so that caches of earlier versions are read', (count, digest) => {
    expect(checksum([bytes(count)]).toString('hex')).toBe(digest);
  });

  it('does not depend on how the bytes are cut', () => {
    const whole = bytes(100_000);
    const parts = [0, 1, 1, 17, 40_000, 99_999, 100_000].map((at, i, cuts) =>
      whole.subarray(cuts[i - 1] ?? 0, at),
    );
    expect(checksum(parts)).toEqual(checksum([whole]));
  });

  it('takes memory that threads share, and parts of it', () => {
    const shared = new Uint8Array(new SharedArrayBuffer(5000));
    shared.set(bytes(4000), 1000);
    expect(checksum([shared.subarray(1000)])).toEqual(checksum([bytes(4000)]));
  });
});

describe('textDigest', () => {
  it.each(TEXT_DIGESTS)('is XXH3 of 128 bits of %j in UTF-8', (text, digest) => {
    expect(textDigest(text).toString('hex')).toBe(digest);
  });
});
