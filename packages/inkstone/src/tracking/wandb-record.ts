/**
 * The part of W&B's `Record` messages (wandb/wandb, wandb/proto/wandb_internal.proto) that a run writes. Values are JSON texts
 * beside their keys.
 */
import protobuf from 'protobufjs';
import { jsonNumber } from './logger.js';

const SCHEMA = `
syntax = "proto3";
message Record {
  int64 num = 1;
  oneof record_type {
    History history = 2; Summary summary = 3; Config config = 5; Run run = 17; Exit exit = 18; Final final = 20;
  }
}
message Item { string key = 1; string value_json = 16; }
message Step { int64 num = 1; }
message History { repeated Item item = 1; Step step = 2; }
message Summary { repeated Item update = 1; }
message Config { repeated Item update = 1; }
message Timestamp { int64 seconds = 1; int32 nanos = 2; }
message Run {
  string run_id = 1; string project = 3; Config config = 4; string display_name = 8; string host = 13; Timestamp start_time = 17;
}
message Exit { int32 exit_code = 1; int32 runtime = 2; }
message Final {}
`;

export interface WandbItem {
  readonly key: string;
  readonly value_json: string;
}

/** One of these is there, besides the number. */
export interface WandbRecord {
  readonly num: number;
  readonly history?: { readonly item: readonly WandbItem[]; readonly step: { readonly num: number } };
  readonly summary?: { readonly update: readonly WandbItem[] };
  readonly config?: { readonly update: readonly WandbItem[] };
  readonly run?: {
    readonly run_id: string;
    readonly project: string;
    readonly display_name: string;
    readonly host: string;
    readonly config: { readonly update: readonly WandbItem[] };
    readonly start_time: { readonly seconds: number; readonly nanos: number };
  };
  readonly exit?: { readonly exit_code: number; readonly runtime: number };
  readonly final?: object;
}

const Record = protobuf.parse(SCHEMA, { keepCase: true }).root.lookupType('Record');

export const encodeRecord = (record: WandbRecord): Uint8Array =>
  Record.encode(Record.fromObject(record)).finish();

/** Throws an Error for bytes that are no protocol buffer of this kind. */
export function decodeRecord(bytes: Uint8Array): WandbRecord {
  return Record.toObject(Record.decode(bytes), {
    longs: Number,
    defaults: true,
    oneofs: false,
  }) as WandbRecord;
}

export const item = (key: string, value: unknown): WandbItem => ({
  key,
  value_json: JSON.stringify((typeof value === 'number' ? jsonNumber(value) : value) ?? null),
});
