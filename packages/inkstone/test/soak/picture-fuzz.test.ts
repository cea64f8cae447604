/**
 * Pictures of every format that is read, with bytes flipped, cut off, or put in from another one: each is decoded, or refused in
 * one line that names the file, and soon.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { loadImage, readImageSize } from '../../src/data/index.js';
import { InkstoneError, peakRss } from '../../src/system/index.js';
import { temporaryFolder } from '../receipt-folder.js';
import { rounds, TIMEOUT_MS } from './rounds.js';

const PICTURES = rounds(5000, 200);
const PATIENCE_MS = 10_000;
const MOST_BYTES = 2 * 2 ** 30;
const FORMATS = ['jpeg', 'png', 'webp', 'tiff', 'gif', 'avif'] as const;
const SIDE = 64;

/** The same picture in each format, with EXIF data and a colour profile to be damaged. */
async function pictures(): Promise<Buffer[]> {
  const noise = Buffer.from(Array.from({ length: SIDE * SIDE * 3 }, (_, i) => (i * 2654435761) >>> 24));
  const raw = { raw: { width: SIDE, height: SIDE, channels: 3 as const } };
  return Promise.all(
    FORMATS.map((format) =>
      sharp(noise, raw).withMetadata({ orientation: 6 }).withIccProfile('p3').toFormat(format).toBuffer(),
    ),
  );
}

type Change = (bytes: Buffer, at: number, others: readonly Buffer[]) => Buffer;

const byte = fc.integer({ min: 0, max: 255 });
const change: fc.Arbitrary<Change> = fc.oneof(
  byte.map(
    (value): Change =>
      (bytes, at) =>
        Buffer.concat([bytes.subarray(0, at), Buffer.of(value), bytes.subarray(at + 1)]),
  ),
  fc.constantFrom<Change>(
    (bytes, at) => bytes.subarray(0, at),
    (bytes, at) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(2 * at)]),
    // Where lengths and sizes stand, the largest that there can be.
    (bytes, at) => Buffer.concat([bytes.subarray(0, at), Buffer.alloc(4, 0xff), bytes.subarray(at + 4)]),
  ),
  fc.nat(FORMATS.length - 1).map(
    (other): Change =>
      (bytes, at, all) =>
        Buffer.concat([bytes.subarray(0, at), all[other]!.subarray(at)]),
  ),
);
/** Near the start, where the header is, or anywhere. */
const place = fc.oneof(
  fc.nat(128).map((at) => () => at),
  fc.double({ min: 0, max: 1, noNaN: true }).map((share) => (length: number) => Math.floor(share * length)),
);

it(
  'a damaged picture is decoded, or named in a line, within time and memory',
  async () => {
    const originals = await pictures();
    const path = join(temporaryFolder(), 'damaged.jpg');
    let decoded = 0;
    let refused = 0;
    const changes = fc.array(fc.tuple(change, place), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.nat(FORMATS.length - 1), changes, async (format, steps) => {
        let bytes = originals[format]!;
        for (const [apply, at] of steps)
          bytes = apply(bytes, Math.min(bytes.length, at(bytes.length)), originals);
        writeFileSync(path, bytes);
        const started = performance.now();
        try {
          await readImageSize(path);
          const { width, height, data } = await loadImage(path, SIDE);
          expect(data).toHaveLength(3 * width * height);
          decoded++;
        } catch (error) {
          if (!(error instanceof InkstoneError)) throw error;
          expect(error.message).toContain(path);
          expect(error.message).not.toContain('\n');
          refused++;
        }
        expect(performance.now() - started).toBeLessThan(PATIENCE_MS);
      }),
      { numRuns: PICTURES },
    );
    expect(Math.min(decoded, refused)).toBeGreaterThan(0);
    expect(peakRss()).toBeLessThan(MOST_BYTES);
  },
  TIMEOUT_MS,
);
