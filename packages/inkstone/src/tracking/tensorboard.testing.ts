/**
 * Reads TensorBoard's event files with nothing of what writes them: TFRecords as tensorflow/core/lib/io/record_writer.cc frames them,
 * events by their field numbers in tensorflow/core/util/event.proto. Whatever is not as it should be is an error.
 */
import { crcOf, type Fields, fieldsOf, messageOf, messagesOf, numberOf, textOf } from './wire.testing.js';

const CRC_32C = 0x82f63b78;

export interface ReadEvent {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step: number;
  /** What the event says, in the order of its field numbers. */
  readonly version?: string;
  readonly scalars?: readonly (readonly [tag: string, value: number])[];
  readonly images?: readonly ReadImage[];
  /** `SessionLog.status`; 1 is START. */
  readonly session?: number;
}

export interface ReadImage {
  readonly tag: string;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly bytes: Buffer;
}

export function readEvents(file: Buffer): ReadEvent[] {
  const events: ReadEvent[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(file.readBigUInt64LE(at));
    check(file, at, 8);
    check(file, at + 12, length);
    events.push(eventOf(fieldsOf(file.subarray(at + 12, at + 12 + length))));
    at += 16 + length;
  }
  return events;
}

/** A CRC stands behind what it is of: turned right by 15 bits, plus a constant. */
function check(file: Buffer, at: number, length: number): void {
  const masked = BigInt(file.readUInt32LE(at + length));
  const turned = (masked - 0xa282ead8n) & 0xffffffffn;
  const crc = ((turned >> 17n) | (turned << 15n)) & 0xffffffffn;
  if (Number(crc) !== crcOf(file.subarray(at, at + length), CRC_32C)) throw new Error(`${at}: CRC`);
}

function eventOf(fields: Fields): ReadEvent {
  const unknown = [...fields.keys()].filter((number) => ![1, 2, 3, 5, 7].includes(number));
  if (unknown.length > 0) throw new Error(`fields ${unknown}`);
  const values = fields.has(5) ? messagesOf(messageOf(fields, 5), 1) : undefined;
  const images = values?.filter((value) => value.has(4)).map(imageOf) ?? [];
  const scalars = values?.filter((value) => !value.has(4)).map(scalarOf) ?? [];
  return {
    wallTime: numberOf(fields, 1),
    step: numberOf(fields, 2),
    ...(fields.has(3) && { version: textOf(fields, 3) }),
    ...(scalars.length > 0 && { scalars }),
    ...(images.length > 0 && { images }),
    ...(fields.has(7) && { session: numberOf(messageOf(fields, 7), 1) }),
  };
}

// A float that is 0 may be left out or written.
const scalarOf = (value: Fields): readonly [string, number] => [textOf(value, 1), numberOf(value, 2)];

function imageOf(value: Fields): ReadImage {
  const image = messageOf(value, 4);
  return {
    tag: textOf(value, 1),
    height: numberOf(image, 1),
    width: numberOf(image, 2),
    channels: numberOf(image, 3),
    bytes: image.get(4)?.[0] as Buffer,
  };
}
