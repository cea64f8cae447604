/** The disk tier's files, one an entry and never changed: reading and verifying them. */
import * as fs from 'node:fs';
import { checksum } from './checksum.js';
import {
  DIGEST_AT,
  type Expectation,
  HEADER_BYTES,
  isOutdated,
  judge,
  placeFor,
  type RawEntry,
  type ReadResult,
  readLayout,
  whyMisplaced,
} from './entry-format.js';
import { readAll } from './io.js';

/** Of 128 KiB to the whole of 4.9 MB, the size that verifies fastest. */
const CHUNK_BYTES = 2 ** 20;
/** A read renews the file's time (the order of eviction) at most this often. */
const TOUCH_AFTER_MS = 60_000;
/** No such file, a server that is away, or the system is short of something: the entry itself may be sound. */
const NOT_THE_FILES_FAULT = new Set(['ENOENT', 'ENOTDIR', 'ESTALE', 'EMFILE', 'ENFILE', 'ENOMEM']);

/**
 * Reads and verifies. With `into` (at least the value's bytes) the value lands there and `entry.data` is a view of it;
 * what `into` holds after anything but `valid` is undefined. Never throws for the file's sake.
 */
export async function readEntry(
  path: string,
  expectation: Expectation,
  into?: Uint8Array,
  time: 'renew the time' | 'leave the time' = 'renew the time',
): Promise<ReadResult> {
  let raw: RawEntry;
  try {
    raw = readRaw(path, into, time === 'renew the time');
  } catch (error) {
    if (NOT_THE_FILES_FAULT.has((error as NodeJS.ErrnoException).code ?? '')) return { state: 'absent' };
    return { state: 'corrupt', reason: (error as Error).message };
  }
  return judge(raw, expectation, into);
}

/** Looks at the header alone: what a read would find, unless the payload is damaged. Changes nothing. */
export function peekEntry(path: string, expectation: Expectation): 'valid' | 'outdated' | 'absent' {
  try {
    const fd = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK);
    try {
      const header = Buffer.alloc(HEADER_BYTES);
      fs.readSync(fd, header);
      if (whyMisplaced(header, expectation) !== undefined) return 'absent';
      return isOutdated(header, expectation) ? 'outdated' : 'valid';
    } finally {
      fs.closeSync(fd);
    }
  } catch {
    return 'absent';
  }
}

/** The header apart, so that the payload starts where `into` starts. No memory is taken before the header was found sensible. */
function readRaw(path: string, into: Uint8Array | undefined, renew: boolean): RawEntry {
  const fd = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK);
  try {
    const status = fs.fstatSync(fd);
    if (!status.isFile() || status.size < HEADER_BYTES) throw new Error('not a file with a whole header');
    const bodyBytes = status.size - HEADER_BYTES;
    const header = Buffer.alloc(HEADER_BYTES);
    readAll(fd, header);
    const layout = readLayout(header, bodyBytes);
    const first = placeFor(bodyBytes, into);
    const rest = new Uint8Array(bodyBytes - first.byteLength);
    const digest = checksum(readInChunks(fd, header, first, rest));
    if (renew) touch(fd, status);
    return { header, layout, body: [first, rest], digest, size: status.size };
  } finally {
    fs.closeSync(fd);
  }
}

/** Each chunk is hashed while it is still in the processor's cache. What a shrinking file leaves unread fails the check. */
function* readInChunks(
  fd: number,
  header: Buffer,
  first: Uint8Array,
  rest: Uint8Array,
): Generator<Uint8Array> {
  yield header.subarray(0, DIGEST_AT);
  for (let at = 0; at < first.byteLength; at += CHUNK_BYTES) {
    const chunk = first.subarray(at, at + CHUNK_BYTES);
    readAll(fd, chunk);
    yield chunk;
  }
  readAll(fd, rest);
  yield rest;
}

/** The modification time of an entry is the time of its last use. */
function touch(fd: number, status: fs.Stats): void {
  const now = Date.now();
  if (now - status.mtimeMs < TOUCH_AFTER_MS) return;
  try {
    fs.futimesSync(fd, now / 1000, now / 1000);
  } catch {
    // Somebody else's file or a read-only root: it only ages.
  }
}
