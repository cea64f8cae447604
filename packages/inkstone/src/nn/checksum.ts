/**
 * A file that can tell whether it was damaged: it carries the SHA-256 of itself, computed while zeros stood in its place. A few
 * flipped bits of a weight or a step count would otherwise be taken for what was saved.
 */
import { createHash } from 'node:crypto';

const HEX_DIGITS = 64;
/** Stands where the checksum will. */
export const UNSEALED = '0'.repeat(HEX_DIGITS);

/** Puts the checksum of all parts into the first one, in which `UNSEALED` stands once. */
export function seal(parts: readonly Uint8Array[]): void {
  const [first] = parts as [Uint8Array];
  const place = Buffer.from(first.buffer, first.byteOffset, first.byteLength).indexOf(UNSEALED);
  first.set(Buffer.from(sha256(parts)), place);
}

/** Whether `bytes`, which carry `checksum`, are what was sealed. */
export function isSealed(bytes: Uint8Array, checksum: string): boolean {
  const place = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(checksum);
  if (place < 0) return false;
  const end = place + checksum.length;
  return sha256([bytes.subarray(0, place), Buffer.from(UNSEALED), bytes.subarray(end)]) === checksum;
}

/** In hex, of all parts as if they were one. */
export function sha256(parts: Iterable<Uint8Array | string>): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}
