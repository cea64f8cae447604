/** Bounds what a zstd stream unpacks to without unpacking it: its encoder does not write down the size. (RFC 8878, 3.1.1.) */

const MAGIC = 0xfd2fb528;
/** Bytes of two fields by the flags in the frame's descriptor. */
const DICTIONARY_BYTES = [0, 1, 2, 4];
const CONTENT_SIZE_BYTES = [0, 2, 4, 8];
const CHECKSUM_BYTES = 4;
/** Kinds of blocks, beside those stored as they are (0): one byte many times, and compressed. */
const REPEATED = 1;
const COMPRESSED = 2;
/** Of a compressed block, unpacked. */
const MAX_BLOCK_BYTES = 2 ** 17;

/** The most bytes that the frame can hold. Throws for anything but one whole frame. */
export function mostUnpackedBytes(frame: Buffer): number {
  if (frame.readUInt32LE(0) !== MAGIC) throw new Error('not a zstd frame');
  const descriptor = frame.readUInt8(4);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const contentSizeBytes = CONTENT_SIZE_BYTES[descriptor >> 6] || Number(isSingleSegment);
  const windowBytes = isSingleSegment ? 0 : 1;
  let at = 5 + windowBytes + DICTIONARY_BYTES[descriptor & 3] + contentSizeBytes;
  let most = 0;
  for (let isLast = false; !isLast; ) {
    const header = frame.readUIntLE(at, 3);
    const kind = (header >> 1) & 3;
    const size = header >> 3;
    if (kind > COMPRESSED) throw new Error('not a zstd block');
    most += kind === COMPRESSED ? MAX_BLOCK_BYTES : size;
    at += 3 + (kind === REPEATED ? 1 : size);
    isLast = (header & 1) !== 0;
  }
  if ((descriptor & 4) !== 0) at += CHECKSUM_BYTES;
  if (at !== frame.length) throw new Error('not one whole zstd frame');
  return most;
}
