/** The codecs of the disk tier. Input is verified before it reaches a decoder. */
import { compress as zstdCompress, decompress as zstdDecompress } from '@mongodb-js/zstd';
import { compressSync, uncompressSync } from 'lz4-napi';

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

export async function decompress(codec: Compression, bytes: Uint8Array): Promise<Uint8Array> {
  if (codec === 'lz4') return asBytes(uncompressSync(asBuffer(bytes)));
  if (codec === 'zstd') return asBytes(await zstdDecompress(asBuffer(bytes)));
  return bytes;
}
