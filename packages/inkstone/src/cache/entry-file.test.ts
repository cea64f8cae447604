/** Entries whose checksum fits and that are wrong all the same: forged, or written for another reader. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { compress as zstdCompress } from '@mongodb-js/zstd';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/receipt-folder.js';
import { checksum } from './checksum.js';
import { readEntry } from './entry-file.js';
import { type EntryForm, encodeEntry, HEADER_BYTES, MAX_VALUE_BYTES } from './entry-format.js';
import type { CacheEntry } from './types.js';

const expectation = { identity: Buffer.alloc(8, 1), sources: Buffer.alloc(8, 2) };
const value: CacheEntry = {
  dtype: 'uint8',
  shape: [20, 30, 3],
  data: new Uint8Array(1800).fill(7),
  attributes: { width: 30 },
};

/** An entry whose header, payload and attributes were changed, and the checksum put right. */
async function forge(
  change: (header: Buffer, parts: { payload: Uint8Array; attributes: Uint8Array }) => void,
  compression: 'none' | 'lz4' | 'zstd' = 'none',
): Promise<string> {
  const [header, payload, attributes] = await encodeEntry(value, expectation, compression);
  const parts = { payload: payload!, attributes: attributes! };
  change(header as Buffer, parts);
  header!.set(checksum([header!.subarray(0, 56), parts.payload, parts.attributes]), 56);
  const path = join(temporaryFolder(), 'entry');
  fs.writeFileSync(path, Buffer.concat([header!, parts.payload, parts.attributes]));
  return path;
}

const read = (path: string, fits?: (form: EntryForm) => boolean) => readEntry(path, { ...expectation, fits });

it.each(['none', 'lz4', 'zstd'] as const)('an entry as it was written is read (%s)', async (codec) => {
  const path = await forge(() => {}, codec);
  const result = await read(path, ({ shape, attributes }) => shape.length === 3 && attributes?.width === 30);
  expect(result).toMatchObject({ state: 'valid', entry: { dtype: 'uint8', shape: [20, 30, 3] } });
});

describe('a sound entry is corrupt all the same', () => {
  it.each<[string, RegExp, Parameters<typeof forge>[0]]>([
    ['with an unknown dtype', /makes no sense/, (header) => header.writeUInt8(9, 6)],
    ['with an unknown codec', /makes no sense/, (header) => header.writeUInt8(9, 7)],
    ['with six dimensions', /makes no sense/, (header) => header.writeUInt8(6, 8)],
    ['with a shape of more bytes', /does not fit to a file/, (header) => header.writeUInt32LE(21, 12)],
    ['with another dtype', /does not fit to a file/, (header) => header.writeUInt8(2, 6)],
    ['with a payload longer than the file', /does not fit/, (header) => header.writeBigUInt64LE(9_000n, 48)],
    ['with a shape of terabytes', /at most/, (header) => header.writeUInt32LE(2 ** 32 - 1, 12)],
    [
      'with attributes that are no numbers',
      /attributes/,
      (_, parts) => {
        parts.attributes = Buffer.from('{"width":"30"}');
      },
    ],
    [
      'with attributes that are a list',
      /attributes/,
      (_, parts) => {
        parts.attributes = Buffer.from('[30]');
      },
    ],
    [
      'with attributes that are no JSON',
      /JSON/,
      (_, parts) => {
        parts.attributes = Buffer.from('{"wi');
      },
    ],
  ])('%s', async (_, reason, change) => {
    expect(await read(await forge(change))).toMatchObject({
      state: 'corrupt',
      reason: expect.stringMatching(reason),
    });
  });

  it.each<[string, (form: EntryForm) => boolean]>([
    ['of another shape', ({ shape }) => shape.join() === '30,20,3'],
    ['of another dtype', ({ dtype }) => dtype === 'float32'],
    ['with other attributes', ({ attributes }) => attributes?.width === 31],
  ])('%s than its reader wants', async (_, fits) => {
    const result = await read(await forge(() => {}, 'zstd'), fits);
    expect(result).toEqual({ state: 'corrupt', reason: 'uint8 [20,30,3] is not what was asked for' });
  });
});

describe('a bomb is refused before memory is taken', () => {
  const MANY = 400 * 2 ** 20;
  const heap = () => process.memoryUsage().rss;

  it('of lz4: four bytes that claim gigabytes', async () => {
    const before = heap();
    const path = await forge(
      (_, { payload }) => Buffer.from(payload.buffer, payload.byteOffset, 4).writeUInt32LE(2 ** 32 - 1),
      'lz4',
    );
    expect(await read(path)).toMatchObject({
      state: 'corrupt',
      reason: expect.stringContaining('claims more'),
    });
    expect(heap() - before).toBeLessThan(2 ** 28);
  });

  it('of zstd: a frame that unpacks to far more than the shape', async () => {
    const bomb = await zstdCompress(Buffer.alloc(MANY), 1);
    const before = heap();
    const path = await forge((header, parts) => {
      parts.payload = bomb.subarray(0, bomb.length);
      header.writeUInt32LE(20 * 2000, 12);
      header.writeBigUInt64LE(BigInt(bomb.length), 48);
    }, 'zstd');
    expect(await read(path)).toMatchObject({
      state: 'corrupt',
      reason: expect.stringContaining('claims more'),
    });
    expect(heap() - before).toBeLessThan(2 ** 28);
  });

  it('of a file with a hole of many gigabytes', async () => {
    const path = await forge(() => {});
    fs.truncateSync(path, HEADER_BYTES + 64 * MAX_VALUE_BYTES);
    expect(await read(path)).toMatchObject({
      state: 'corrupt',
      reason: expect.stringContaining('does not fit'),
    });
  });

  it.each([0, 1, 1000, 2 ** 17, 2 ** 17 + 1, 3 * 2 ** 20])(
    'and a value of %i bytes is not',
    async (bytes) => {
      const data = new Uint8Array(bytes).map((_, i) => (i * i) >> 7);
      for (const content of [data, new Uint8Array(bytes)]) {
        for (const codec of ['lz4', 'zstd'] as const) {
          const entry: CacheEntry = { dtype: 'uint8', shape: [bytes], data: content };
          const path = join(temporaryFolder(), 'entry');
          fs.writeFileSync(path, Buffer.concat(await encodeEntry(entry, expectation, codec)));
          const result = await read(path);
          expect(result.state === 'valid' && Buffer.compare(result.entry.data, content)).toBe(0);
        }
      }
    },
  );
});
