/** The codecs of the disk tier. Input is verified before it reaches a decoder. */
import { compress as zstdCompress, decompress as zstdDecompress } from '@mongodb-js/zstd';
import { compressSync, uncompressSync } from 'lz4-napi';
import { mostUnpackedBytes } from './zstd-frame.js';

/** Their places here stand in an entry's header: the order is part of the format. */
export const codecs = ['none', 'lz4', 'zstd'] as const;
export type Compression = (typeof codecs)[number];

/** Level 1 compresses maps nearly as well as 3 does, in half the time. */
const ZSTD_LEVEL = 1;

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const asBytes = (buffer: Buffer): Uint8Array =>
  new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);

export async function compress(codec: Compression, bytes: Uint8Array): Promise<Uint8Array> {
  if (codec === 'lz4') return compressSync(asBuffer(bytes));
  if (codec === 'zstd') return zstdCompress(asBuffer(bytes), ZSTD_LEVEL);
  return bytes;
}

/** Compressed blocks may hold less than they can; by more than this nobody's encoder wastes them. */
const ZSTD_SLACK = { factor: 4, bytes: 2 ** 19 } as const;

/** Throws when the value has not `size` bytes; that much more is never unpacked is made sure of before memory is taken. */
export async function decompress(
  codec: Exclude<Compression, 'none'>,
  bytes: Uint8Array,
  size: number,
): Promise<Uint8Array> {
  const buffer = asBuffer(bytes);
  const isBounded =
    codec === 'lz4'
      ? buffer.readUInt32LE(0) === size
      : mostUnpackedBytes(buffer) <= ZSTD_SLACK.factor * size + ZSTD_SLACK.bytes;
  if (!isBounded) throw new Error(`claims more than the ${size} bytes that belong here`);
  const unpacked = codec === 'lz4' ? uncompressSync(buffer) : await zstdDecompress(buffer);
  if (unpacked.byteLength !== size)
    throw new Error(`unpacked to ${unpacked.byteLength} bytes, ${size} expected`);
  return asBytes(unpacked);
}
