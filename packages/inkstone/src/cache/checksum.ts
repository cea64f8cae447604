/**
 * XXH3 (64 bit) over the parts of an entry, in order. Measured on a 4.9 MB body: 45 GB/s here against 15 GB/s for the
 * best xxh64 on npm, and verification is most of what a warm read costs.
 */
import xxhash from 'xxhash-addon';

const hash = new xxhash.XXHash3(Buffer.alloc(8));

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Eight bytes of digest of the concatenated parts, each taken in before the next one is asked for. */
export function checksum(parts: Iterable<Uint8Array>): Buffer {
  hash.reset();
  for (const part of parts) if (part.byteLength > 0) hash.update(asBuffer(part));
  return hash.digest();
}

/** Sixteen bytes of digest of a text. A hit is so short that setting up SHA-256 would be a tenth of it. */
export const textDigest = (text: string): Buffer => xxhash.XXHash128.hash(Buffer.from(text));
