/**
 * XXH3 (64 bit) over the parts of an entry, in order. Verification is most of what a warm read costs, so this is native code;
 * the same hash as WebAssembly (hash-wasm) took four times as long.
 */
import { xxh3 } from '@node-rs/xxhash';

const hash = xxh3.Xxh3.withSeed();

/** Eight bytes of digest of the concatenated parts, each taken in before the next one is asked for. */
export function checksum(parts: Iterable<Uint8Array>): Buffer {
  hash.reset();
  for (const part of parts) if (part.byteLength > 0) hash.update(part);
  return bigEndian(hash.digest(), 8);
}

/** Sixteen bytes of digest of a text. A hit is so short that setting up SHA-256 would be a tenth of it. */
export const textDigest = (text: string): Buffer => bigEndian(xxh3.xxh128(Buffer.from(text)), 16);

/** The canonical form of an XXH3 digest. */
function bigEndian(digest: bigint, bytes: 8 | 16): Buffer {
  const words = Buffer.alloc(bytes);
  for (let at = bytes - 8, rest = digest; at >= 0; at -= 8, rest >>= 64n)
    words.writeBigUInt64BE(BigInt.asUintN(64, rest), at);
  return words;
}
