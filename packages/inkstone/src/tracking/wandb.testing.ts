/**
 * Reads W&B's offline runs with nothing of what writes them: blocks as google/leveldb's doc/log_format.md describes them, messages by
 * their field numbers. Whatever is not as it should be is an error.
 */
import { crcOf, type Fields, fieldsOf, messageOf, messagesOf, numberOf, textOf } from './wire.testing.js';

export interface ReadRecord {
  readonly num: number;
  readonly kind: 'history' | 'summary' | 'config' | 'run' | 'exit' | 'final';
  readonly fields: Fields;
}

const BLOCK = 32_768;
const CRC_32 = 0xedb88320;
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
      if (crcOf(file.subarray(at + 6, at + 7 + length), CRC_32) !== file.readUInt32LE(at))
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
  return Object.fromEntries(
    messagesOf(fields, number).map((item) => [textOf(item, 1), JSON.parse(textOf(item, 16))]),
  );
}

function recordOf(bytes: Buffer): ReadRecord {
  const fields = fieldsOf(bytes);
  const [found, ...others] = [...KINDS].filter(([number]) => fields.has(number));
  if (found === undefined || others.length > 0) throw new Error('not one kind of record');
  return { num: numberOf(fields, 1), kind: found[1], fields: messageOf(fields, found[0]) };
}
