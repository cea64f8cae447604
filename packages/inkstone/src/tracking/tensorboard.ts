import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { AppendFile } from './append-file.js';
import { crc32c } from './crc32c.js';
import type { LoggedImage, Logger, LoggerRecord, Metrics } from './logger.js';

/** Added to a rotated CRC so that a CRC of data with CRCs in it stays sound (tensorflow/core/lib/hash/crc32c.h). */
const CRC_MASK_DELTA = 0xa282ead8;

/**
 * TensorBoard event files: TFRecords of `tensorflow.Event` (tensorflow/core/util/event.proto), written without
 * TensorFlow. A resumed run adds a file; TensorBoard itself hides what a later file repeats.
 */
export class TensorBoardLogger implements Logger {
  readonly #file: AppendFile;
  readonly #now: () => number;

  constructor(folder: string, now: () => number = Date.now) {
    this.#now = now;
    mkdirSync(folder, { recursive: true });
    const seconds = Math.floor(now() / 1000);
    this.#file = new AppendFile(
      join(folder, `events.out.tfevents.${String(seconds).padStart(10, '0')}.${hostname()}.${process.pid}`),
    );
    this.#write([bytesField(3, Buffer.from('brain.Event:2'))]);
  }

  logMetrics(step: number, metrics: Metrics): void {
    const values = Object.entries(metrics).map(([name, value]) =>
      summaryValue([bytesField(1, Buffer.from(name)), floatField(2, value)]),
    );
    this.#write([int64Field(2, step), bytesField(5, Buffer.concat(values))]);
  }

  logImage(step: number, name: string, image: LoggedImage): void {
    const RGB = 3;
    const encoded = Buffer.concat([
      int64Field(1, image.height),
      int64Field(2, image.width),
      int64Field(3, RGB),
      bytesField(4, image.png),
    ]);
    const value = summaryValue([bytesField(1, Buffer.from(name)), bytesField(4, encoded)]);
    this.#write([int64Field(2, step), bytesField(5, value)]);
  }

  /** Event.session_log {status: START}: TensorBoard drops what an interrupted run logged from this step on. */
  rewind(step: number): void {
    const START = 1;
    this.#write([int64Field(2, step), bytesField(7, int64Field(1, START))]);
  }

  close(): void {
    this.#file.close();
  }

  #write(fields: readonly Buffer[]): void {
    const event = Buffer.concat([doubleField(1, this.#now() / 1000), ...fields]);
    const length = filled(8, (out) => out.writeBigUInt64LE(BigInt(event.length)));
    this.#file.append(Buffer.concat([length, maskedCrc(length), event, maskedCrc(event)]));
  }
}

export const tensorboard = {
  name: 'tensorboard',
  schema: z.boolean().default(false).describe('Writes event files for TensorBoard into tensorboard/.'),
  create: ({ folder }) => new TensorBoardLogger(join(folder, 'tensorboard')),
} as const satisfies LoggerRecord;

function maskedCrc(data: Uint8Array): Buffer {
  const crc = crc32c(data);
  const masked = (((crc >>> 15) | (crc << 17)) + CRC_MASK_DELTA) >>> 0;
  return filled(4, (out) => out.writeUInt32LE(masked));
}

// Protocol buffers, as much of them as an Event needs. Wire types: 0 varint, 1 fixed64, 2 bytes, 5 fixed32.

function varint(value: number): Buffer {
  const out: number[] = [];
  let rest = BigInt(value);
  for (; rest > 0x7fn; rest >>= 7n) out.push(Number(rest & 0x7fn) | 0x80);
  out.push(Number(rest));
  return Buffer.from(out);
}

const filled = (length: number, write: (out: Buffer) => void): Buffer => {
  const out = Buffer.alloc(length);
  write(out);
  return out;
};

const field = (number: number, wireType: 0 | 1 | 2 | 5, ...payload: readonly Uint8Array[]): Buffer =>
  Buffer.concat([varint((number << 3) | wireType), ...payload]);

const int64Field = (number: number, value: number): Buffer => field(number, 0, varint(value));
const bytesField = (number: number, value: Uint8Array): Buffer =>
  field(number, 2, varint(value.length), value);
const floatField = (number: number, value: number): Buffer =>
  field(
    number,
    5,
    filled(4, (out) => out.writeFloatLE(value)),
  );
const doubleField = (number: number, value: number): Buffer =>
  field(
    number,
    1,
    filled(8, (out) => out.writeDoubleLE(value)),
  );
const summaryValue = (fields: readonly Buffer[]): Buffer => bytesField(1, Buffer.concat(fields));
