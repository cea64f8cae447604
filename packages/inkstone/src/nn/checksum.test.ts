import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSealed, seal, UNSEALED } from './checksum.js';

describe('a sealed file', () => {
  const sealed = (before: string, after: Uint8Array) => {
    const first = Buffer.from(`${before}"${UNSEALED}"`);
    seal([first, after]);
    const checksum = first.toString().slice(before.length + 1, -1);
    return { bytes: Buffer.concat([first, after]), checksum };
  };

  it('is sound as it was written, and not with any one bit flipped', () => {
    const text = fc.stringMatching(/^[a-z]{0,20}$/);
    const bit = fc.nat();
    fc.assert(
      fc.property(text, fc.uint8Array({ maxLength: 200 }), bit, (before, after, bit) => {
        const { bytes, checksum } = sealed(before, after);
        expect(isSealed(bytes, checksum)).toBe(true);
        const at = bit % (bytes.length * 8);
        bytes[at >> 3]! ^= 1 << (at & 7);
        expect(isSealed(bytes, checksum)).toBe(false);
      }),
    );
  });
});
