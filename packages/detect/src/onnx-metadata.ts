/**
 * The metadata of an ONNX file. ONNX Runtime does not hand it out in JavaScript, so the outermost level of the file is walked
 * here: a protocol buffer is a row of fields, each a number that says which it is and how long (https://protobuf.dev/programming-guides/encoding).
 */
import { ModelError } from './description.js';

/** `metadata_props` of `ModelProto`; `key` and `value` of `StringStringEntryProto`. */
const METADATA_PROPS = 14;
const KEY = 1;
const VALUE = 2;

const VARINT = 0;
const FIXED_64 = 1;
const BYTES = 2;
const FIXED_32 = 5;

/** @throws ModelError for bytes that are no ONNX file */
export function onnxMetadata(file: Uint8Array): Map<string, string> {
  const metadata = new Map<string, string>();
  for (const [field, entry] of byteFields(file)) {
    if (field !== METADATA_PROPS) continue;
    const parts = new Map(
      [...byteFields(entry)].map(([part, bytes]) => [part, new TextDecoder().decode(bytes)]),
    );
    metadata.set(parts.get(KEY) ?? '', parts.get(VALUE) ?? '');
  }
  return metadata;
}

/** The fields of a message that hold bytes: strings and messages. */
function* byteFields(message: Uint8Array): Generator<readonly [field: number, bytes: Uint8Array]> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; at < message.length; shift += 7) {
      const byte = message[at++];
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new ModelError('is no ONNX file, or was cut off');
  };
  while (at < message.length) {
    const tag = varint();
    const kind = tag % 8;
    if (kind === VARINT) varint();
    else if (kind === FIXED_64) at += 8;
    else if (kind === FIXED_32) at += 4;
    else if (kind === BYTES) {
      const length = varint();
      if (at + length > message.length) throw new ModelError('is no ONNX file, or was cut off');
      yield [Math.floor(tag / 8), message.subarray(at, at + length)];
      at += length;
    } else throw new ModelError('is no ONNX file');
  }
}
