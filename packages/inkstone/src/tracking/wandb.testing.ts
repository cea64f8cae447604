/**
 * Reads W&B's offline runs with nothing of what writes them: blocks as google/leveldb's doc/log_format.md describes them, CRC-32 bit
 * by bit, protocol buffers by their wire format. Whatever is not as it should be is an error.
 */

export interface ReadRecord {
  readonly num: number;
  readonly kind: 'history' | 'summary' | 'config' | 'run' | 'exit' | 'final';
  readonly fields: Fields;
}

type Fields = ReadonlyMap<number, readonly (bigint | Buffer)[]>;

const BLOCK = 32_768;
/** Field numbers of `Record` in wandb_internal.proto. */
const KINDS = new Map([
  [2, 'history'],
  [3, 'summary'],
  [5, 'config'],
  [17, 'run'],
  [18, 'exit'],
  [20, 'final'],
] as const);

export function readOfflineRun(file: Buffer): ReadRecord[] {
  if (file.toString('latin1', 0, 4) !== ':W&B' || file.readUInt16LE(4) !== 0xbee1 || file[6] !== 0) {
    throw new Error('no header of W&B');
  }
  const records: ReadRecord[] = [];
  let unfinished: Buffer | undefined;
  for (let block = 0; block < file.length; block += BLOCK) {
    const end = Math.min(block + BLOCK, file.length);
    let at = block === 0 ? 7 : block;
    while (end - at >= 7) {
      const [length, type] = [file.readUInt16LE(at + 4), file.readUInt8(at + 6)];
      const data = file.subarray(at + 7, at + 7 + length);
      if (at + 7 + length > end) throw new Error(`${at}: longer than its block`);
      if (crc32(file.subarray(at + 6, at + 7 + length)) !== file.readUInt32LE(at))
        throw new Error(`${at}: CRC`);
      const begins = type === 1 || type === 2;
      if (type < 1 || type > 4 || begins !== (unfinished === undefined))
        throw new Error(`${at}: piece ${type}`);
      unfinished = Buffer.concat([unfinished ?? Buffer.alloc(0), data]);
      if (type === 1 || type === 4) {
        records.push(recordOf(unfinished));
        unfinished = undefined;
      }
      at += 7 + length;
    }
    if (file.subarray(at, end).some((byte) => byte !== 0)) throw new Error(`${at}: padding`);
  }
  if (unfinished !== undefined) throw new Error('the last record is cut off');
  return records;
}

/** `HistoryItem`, `SummaryItem` and `ConfigItem`: key 1, value_json 16. */
export function itemsOf(fields: Fields, number = 1): Record<string, unknown> {
  const items = (fields.get(number) ?? []).map((item) => {
    const parts = fieldsOf(item as Buffer);
    return [textOf(parts, 1), JSON.parse(textOf(parts, 16))];
  });
  return Object.fromEntries(items);
}

export const textOf = (fields: Fields, number: number): string => String(fields.get(number)?.[0] ?? '');

export const numberOf = (fields: Fields, number: number): number => Number(fields.get(number)?.[0] ?? 0);

export const messageOf = (fields: Fields, number: number): Fields =>
  fieldsOf(fields.get(number)?.[0] as Buffer);

function recordOf(bytes: Buffer): ReadRecord {
  const fields = fieldsOf(bytes);
  const [found, ...others] = [...KINDS].filter(([number]) => fields.has(number));
  if (found === undefined || others.length > 0) throw new Error('not one kind of record');
  return { num: numberOf(fields, 1), kind: found[1], fields: messageOf(fields, found[0]) };
}

function fieldsOf(bytes: Buffer): Fields {
  const fields = new Map<number, (bigint | Buffer)[]>();
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes.readUInt8(at);
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const [number, type] = [tag >> 3, tag & 7];
    let value: bigint | Buffer = varint();
    if (type === 2) {
      const length = Number(value);
      value = bytes.subarray(at, at + length);
      at += length;
    } else if (type !== 0) throw new Error(`wire type ${type}`);
    if (at > bytes.length) throw new Error('a field is longer than its message');
    fields.set(number, [...(fields.get(number) ?? []), value]);
  }
  return fields;
}

function crc32(data: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
