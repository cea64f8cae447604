import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { TargetMaps } from './batch.js';
import { layMaps, packedFromEntry, packedToEntry, packMaps, unpackMaps } from './packed-maps.js';

/** Maps of any content, wider and narrower than whole words. */
const maps = fc
  .record({ width: fc.integer({ min: 1, max: 13 }), height: fc.integer({ min: 1, max: 5 }) })
  .chain(({ width, height }) => {
    const plane = (max: number) =>
      fc.uint8Array({ minLength: width * height, maxLength: width * height, max });
    return fc.record({
      width: fc.constant(width),
      height: fc.constant(height),
      maps: fc.record<TargetMaps>({
        probability: plane(1),
        probabilityMask: plane(1),
        threshold: plane(255),
        thresholdMask: plane(1),
      }),
    });
  });

it('packed and unpacked, by way of a cache entry at any address, maps are the same', () => {
  fc.assert(
    fc.property(maps, fc.integer({ min: 0, max: 3 }), ({ width, height, maps }, shift) => {
      const entry = packedToEntry(packMaps(maps, width, height));
      const moved = new Uint8Array(entry.data.length + shift);
      moved.set(entry.data, shift);
      expect(unpackMaps(packedFromEntry({ ...entry, data: moved.subarray(shift) }))).toEqual(maps);
    }),
  );
});

it('in a batch they lie at the top left of their own sample, over whatever was there, with background around them', () => {
  const [batchWidth, batchHeight] = [32, 8];
  const area = batchWidth * batchHeight;
  fc.assert(
    fc.property(maps, fc.integer({ min: 0, max: 2 }), ({ width, height, maps }, n) => {
      const plane = () => new Uint8Array(3 * area).fill(9);
      const out: TargetMaps = {
        probability: plane(),
        probabilityMask: plane(),
        threshold: plane(),
        thresholdMask: plane(),
      };
      layMaps(packMaps(maps, width, height), out, n, batchWidth, batchHeight);
      const padding = { probability: 0, probabilityMask: 1, threshold: 0, thresholdMask: 0 };
      for (const name of ['probability', 'probabilityMask', 'threshold', 'thresholdMask'] as const) {
        const expected = plane();
        for (let y = 0; y < batchHeight; y++) {
          for (let x = 0; x < batchWidth; x++) {
            const value = x < width && y < height ? maps[name][y * width + x] : padding[name];
            expected[n * area + y * batchWidth + x] = value;
          }
        }
        expect(out[name]).toEqual(expected);
      }
    }),
  );
});
