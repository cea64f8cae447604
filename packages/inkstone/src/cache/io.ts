/** Memory and complete transfers for entries. */
import { readSync, writevSync } from 'node:fs';

const PAGE = 4096;
/** glibc puts its 16-byte chunk header in front of large blocks, so this offset into one is the start of a page. */
const PAGE_START = PAGE - 16;
const LARGE = 64 * 1024;

/**
 * Uninitialised memory whose large blocks start on a page: the kernel's copy into a block at page offset 16 takes two to
 * three times as long.
 */
export function allocate(bytes: number): Uint8Array {
  if (bytes < LARGE) return new Uint8Array(bytes);
  const block = Buffer.allocUnsafeSlow(bytes + PAGE);
  return new Uint8Array(block.buffer, block.byteOffset + PAGE_START, bytes);
}

/** The same in memory that threads share, zeroed. Made once and used again: fresh pages cost more than a read. */
export function allocateShared(bytes: number): Uint8Array<SharedArrayBuffer> {
  return new Uint8Array(new SharedArrayBuffer(bytes + PAGE), PAGE_START, bytes);
}

/** Fills the buffer from the file's position on, as far as the file goes. */
export function readAll(fd: number, buffer: Uint8Array): void {
  for (let at = 0; at < buffer.byteLength; ) {
    const moved = readSync(fd, buffer, at, buffer.byteLength - at, null);
    if (moved === 0) break;
    at += moved;
  }
}

/** Writes the buffers one after the other, whole, or throws as the file system did. */
export function writeAll(fd: number, buffers: readonly Uint8Array[]): void {
  let rest = buffers.filter((b) => b.byteLength > 0);
  while (rest.length > 0) {
    let moved = writevSync(fd, rest);
    while (rest.length > 0 && moved >= rest[0]!.byteLength) moved -= rest.shift()!.byteLength;
    if (moved > 0) rest = [rest[0]!.subarray(moved), ...rest.slice(1)];
  }
}
