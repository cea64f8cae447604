import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import protobuf from 'protobufjs';
import { z } from 'zod';
import { AppendFile } from './append-file.js';
import { crc32c } from './crc32c.js';
import type { LoggedImage, Logger, LoggerRecord, Metrics } from './logger.js';

/**
 * The part of TensorFlow's messages that is written here: tensorflow/core/util/event.proto and
 * tensorflow/core/framework/summary.proto.
 */
const SCHEMA = `
syntax = "proto3";
message Event { double wall_time = 1; int64 step = 2; string file_version = 3; Summary summary = 5; SessionLog session_log = 7; }
message SessionLog { int32 status = 1; }
message Summary {
  message Image { int32 height = 1; int32 width = 2; int32 colorspace = 3; bytes encoded_image_string = 4; }
  message Value { string tag = 1; float simple_value = 2; Image image = 4; }
  repeated Value value = 1;
}
`;

const Event = protobuf.parse(SCHEMA, { keepCase: true }).root.lookupType('Event');

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
    this.#write({ file_version: 'brain.Event:2' });
  }

  logMetrics(step: number, metrics: Metrics): void {
    const value = Object.entries(metrics).map(([tag, simple_value]) => ({ tag, simple_value }));
    this.#write({ step, summary: { value } });
  }

  logImage(step: number, name: string, image: LoggedImage): void {
    const RGB = 3;
    const { height, width, png } = image;
    const encoded = { height, width, colorspace: RGB, encoded_image_string: png };
    this.#write({ step, summary: { value: [{ tag: name, image: encoded }] } });
  }

  /** Event.session_log {status: START}: TensorBoard drops what an interrupted run logged from this step on. */
  rewind(step: number): void {
    const START = 1;
    this.#write({ step, session_log: { status: START } });
  }

  close(): void {
    this.#file.close();
  }

  #write(fields: object): void {
    const event = Event.encode({ wall_time: this.#now() / 1000, ...fields }).finish();
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(event.length));
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
  const out = Buffer.alloc(4);
  out.writeUInt32LE(masked);
  return out;
}
