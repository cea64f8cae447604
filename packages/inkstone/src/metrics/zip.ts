/**
 * The files in a zip archive, none of them believed: sizes have limits before anything is unpacked, and checksums are
 * compared. The format is described in PKWARE's APPNOTE.TXT; what results are handed in as (stored or deflated, one volume,
 * no password) is read, the rest refused by its name.
 */
import { crc32, inflateRawSync } from 'node:zlib';

export interface ZipEntry {
  /** As the archive has it: folders with `/`. */
  readonly name: string;
  /** Bytes that it says to have when unpacked. */
  readonly size: number;
  /** Throws ZipError unless it unpacks to what the archive says. */
  read(): Uint8Array;
}

/** Why an archive or an entry cannot be used; to follow its name. */
export class ZipError extends Error {}

const END = { signature: 0x06054b50, bytes: 22, longestComment: 0xffff } as const;
const ENTRY = { signature: 0x02014b50, bytes: 46 } as const;
const LOCAL = { signature: 0x04034b50, bytes: 30 } as const;
const FLAGS = { encrypted: 1, utf8: 1 << 11 } as const;
const STORED = 0;
const DEFLATED = 8;
/** What stands in place of sizes that need 64 bits: larger than anything that is read here. */
const ELSEWHERE = 0xffffffff;

const damaged = (): ZipError => new ZipError('is no zip file, or a damaged one');

/** @throws ZipError */
export function listZip(bytes: Buffer): ZipEntry[] {
  const end = findEnd(bytes);
  const count = bytes.readUInt16LE(end + 10);
  const entries: ZipEntry[] = [];
  const start = bytes.readUInt32LE(end + 16);
  let at = start;
  for (let i = 0; i < count; i++) {
    if (at + ENTRY.bytes > end || bytes.readUInt32LE(at) !== ENTRY.signature) throw damaged();
    const nameEnd = at + ENTRY.bytes + bytes.readUInt16LE(at + 28);
    entries.push(entryAt(bytes, at, nameEnd));
    at = nameEnd + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  // More entries than it counts would be results that nobody scored.
  if (at - start !== bytes.readUInt32LE(end + 12)) throw damaged();
  return entries;
}

/** Where the record at the archive's end begins; a comment may follow it. */
function findEnd(bytes: Buffer): number {
  const last = bytes.length - END.bytes;
  for (let at = last; at >= Math.max(0, last - END.longestComment); at--) {
    if (bytes.readUInt32LE(at) === END.signature) return at;
  }
  throw damaged();
}

function entryAt(bytes: Buffer, at: number, nameEnd: number): ZipEntry {
  const flags = bytes.readUInt16LE(at + 8);
  const method = bytes.readUInt16LE(at + 10);
  const checksum = bytes.readUInt32LE(at + 16);
  const packed = bytes.readUInt32LE(at + 20);
  const size = bytes.readUInt32LE(at + 24);
  const local = bytes.readUInt32LE(at + 42);
  const encoding = flags & FLAGS.utf8 ? 'utf8' : 'latin1';
  return {
    name: bytes.toString(encoding, at + ENTRY.bytes, nameEnd),
    size,
    read() {
      if (flags & FLAGS.encrypted) throw new ZipError('is encrypted; pack it without a password');
      if (method !== STORED && method !== DEFLATED) {
        throw new ZipError(
          `is packed by method ${method}, which is not supported; pack it as an ordinary zip`,
        );
      }
      const data = unpack(dataOf(bytes, local, packed), method, size);
      if (data.length !== size || crc32(data) !== checksum)
        throw new ZipError('is damaged: its checksum differs');
      return data;
    },
  };
}

function dataOf(bytes: Buffer, local: number, packed: number): Buffer {
  if (local + LOCAL.bytes > bytes.length || bytes.readUInt32LE(local) !== LOCAL.signature) throw damaged();
  const start = local + LOCAL.bytes + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
  if (packed === ELSEWHERE || start + packed > bytes.length) throw damaged();
  return bytes.subarray(start, start + packed);
}

function unpack(data: Buffer, method: number, size: number): Buffer {
  if (method === STORED) return data;
  try {
    // One byte more than promised is enough to know that the promise was wrong.
    return inflateRawSync(data, { maxOutputLength: size + 1 });
  } catch {
    throw new ZipError('is damaged, or holds more than the archive says');
  }
}
