/**
 * The file format of W&B's offline runs: a log as LevelDB writes it (google/leveldb, doc/log_format.md) behind a header of seven
 * bytes, with CRC-32 as zlib has it in the place of LevelDB's masked CRC-32C (wandb/wandb, wandb/sdk/internal/datastore.py).
 */
import { existsSync, readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { AppendFile } from './append-file.js';

/** `:W&B`, the number 0xbee1 in little-endian, version 0. */
const FILE_HEADER = Buffer.from([0x3a, 0x57, 0x26, 0x42, 0xe1, 0xbe, 0]);
const BLOCK_BYTES = 32_768;
/** Of a piece of a record: CRC, length, which piece it is. */
const PIECE_HEADER_BYTES = 7;
const PIECE = { FULL: 1, FIRST: 2, MIDDLE: 3, LAST: 4 } as const;

/** A record, and the place in the file behind it. */
export interface LoggedRecord {
  readonly data: Buffer;
  readonly end: number;
}

/** A log that grows by whole records. A record that is longer than the rest of its block goes on in the next ones. */
export class WandbLog {
  readonly #file: AppendFile;
  #end: number;

  constructor(readonly file: string) {
    this.#file = new AppendFile(file);
    this.#end = readRecords(file).at(-1)?.end ?? 0;
    this.cut(this.#end);
  }

  append(record: Uint8Array): void {
    const bytes = Buffer.concat([...pieces(record, this.#end % BLOCK_BYTES)]);
    this.#file.append(bytes);
    this.#end += bytes.length;
  }

  /** Keeps the first `bytes`, which must end behind a record. */
  cut(bytes: number): void {
    this.#file.truncate(bytes);
    this.#end = bytes;
    if (bytes >= FILE_HEADER.length) return;
    this.#file.truncate(0);
    this.#file.append(FILE_HEADER);
    this.#end = FILE_HEADER.length;
  }

  close(): void {
    this.#file.close();
  }
}

function* pieces(record: Uint8Array, offset: number): Generator<Uint8Array> {
  let room = BLOCK_BYTES - offset;
  if (room < PIECE_HEADER_BYTES) {
    yield new Uint8Array(room);
    room = BLOCK_BYTES;
  }
  // The first piece is empty where just its header fits into the block: that it is the first cannot be told from `at`.
  for (let at = 0, isFirst = true; ; room = BLOCK_BYTES, isFirst = false) {
    const data = record.subarray(at, at + room - PIECE_HEADER_BYTES);
    at += data.length;
    const isLast = at === record.length;
    const type = isLast ? (isFirst ? PIECE.FULL : PIECE.LAST) : isFirst ? PIECE.FIRST : PIECE.MIDDLE;
    const header = Buffer.alloc(PIECE_HEADER_BYTES);
    header.writeUInt32LE(checksum(type, data), 0);
    header.writeUInt16LE(data.length, 4);
    header.writeUInt8(type, 6);
    yield header;
    yield data;
    if (isLast) return;
  }
}

/** The whole records of a log up to the first that is cut off or damaged; none where there is no log. */
export function readRecords(file: string): LoggedRecord[] {
  const log = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
  if (!log.subarray(0, FILE_HEADER.length).equals(FILE_HEADER)) return [];
  const records: LoggedRecord[] = [];
  let parts: Buffer[] = [];
  for (let at = FILE_HEADER.length; ; ) {
    const room = BLOCK_BYTES - (at % BLOCK_BYTES);
    if (room < PIECE_HEADER_BYTES) at += room;
    const start = at + PIECE_HEADER_BYTES;
    if (start > log.length) return records;
    const data = log.subarray(start, start + log.readUInt16LE(at + 4));
    const type = log.readUInt8(at + 6);
    at = start + log.readUInt16LE(at + 4);
    if (at > log.length || checksum(type, data) !== log.readUInt32LE(start - PIECE_HEADER_BYTES))
      return records;
    parts.push(data);
    if (type !== PIECE.FULL && type !== PIECE.LAST) continue;
    records.push({ data: Buffer.concat(parts), end: at });
    parts = [];
  }
}

const checksum = (type: number, data: Uint8Array): number => crc32(data, crc32(Buffer.of(type)));
