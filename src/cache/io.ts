/** Memory and complete transfers for entries. */
import { readvSync, writevSync } from 'node:fs';

const PAGE = 4096;
/** glibc puts its 16-byte chunk header in front of large blocks, so this offset into one is the start of a page. */
const PAGE_START = PAGE - 16;
const LARGE = 64 * 1024;

/**
 * Uninitialised memory whose large blocks start on a page: the kernel's copy into a block at page offset 16 takes 1.7
 * times as long, and a fresh SharedArrayBuffer (touched page by page) twelve times.
 */
export function allocate(bytes: number): Uint8Array {
  if (bytes < LARGE) return new Uint8Array(bytes);
  const block = Buffer.allocUnsafeSlow(bytes + PAGE);
  return new Uint8Array(block.buffer, block.byteOffset + PAGE_START, bytes);
}

/** Fills the buffers from the file's position on; returns how many bytes came before its end. */
export const readAll = (fd: number, buffers: readonly Uint8Array[]): number =>
  transfer(buffers, (rest) => readvSync(fd, rest));

/** Writes the buffers whole, or throws as the file system did. */
export function writeAll(fd: number, buffers: readonly Uint8Array[]): void {
  transfer(buffers, (rest) => writevSync(fd, rest));
}

/** Repeats a gathered transfer, which may stop early, until everything has moved or nothing moves. */
function transfer(buffers: readonly Uint8Array[], move: (rest: Uint8Array[]) => number): number {
  let rest = buffers.filter((b) => b.byteLength > 0);
  let total = 0;
  while (rest.length > 0) {
    let moved = move(rest);
    if (moved === 0) break;
    total += moved;
    while (rest.length > 0 && moved >= rest[0]!.byteLength) moved -= rest.shift()!.byteLength;
    if (moved > 0) rest = [rest[0]!.subarray(moved), ...rest.slice(1)];
  }
  return total;
}
