/**
 * The safetensors format (https://github.com/huggingface/safetensors): 8 bytes header length, a JSON header of
 * `name: {dtype, shape, data_offsets}`, then the data. Inkstone writes F32; it reads F32, F64, F16, BF16, and I64 for
 * PyTorch's `num_batches_tracked`.
 */
import { readFileSync, statSync } from 'node:fs';
import { endianness } from 'node:os';
import { z } from 'zod';
import { InputError, systemReason } from '../system/index.js';
import { bfloat16FromBits, float16FromBits } from '../tensor/index.js';
import { isSealed, seal, UNSEALED } from './checksum.js';
import type { StateDict } from './module.js';

/** A checkpoint that cannot be used: one line that names the file and says why. */
export class CheckpointError extends InputError {
  constructor(
    readonly file: string,
    reason: string,
  ) {
    super(`${file}: ${reason}`);
  }
}

export interface Safetensors {
  readonly tensors: StateDict;
  readonly metadata: Readonly<Record<string, string>>;
}

const size = z.int().min(0);
const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(size),
  data_offsets: z.tuple([size, size]),
});

type Entry = z.output<typeof entrySchema>;

const metadataSchema = z.record(z.string(), z.string());
const headerSchema = z.looseObject({ __metadata__: metadataSchema.default({}) });

/** The metadata in which a file that Inkstone wrote carries its checksum. */
const CHECKSUM = 'inkstone_sha256';
const LENGTH_BYTES = 8;
const HEADER_ALIGNMENT = 8;
/** Some hundred thousand tensors; a network has hundreds. Parsed, a header takes many times its bytes. */
const MAX_HEADER_BYTES = 10_000_000;
const BYTES: Readonly<Record<string, number>> = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8 };

/** The file in one piece. */
export const encodeSafetensors = (contents: Safetensors): Uint8Array =>
  Buffer.concat(safetensorsParts(contents));

/** The file in its parts: header, then the tensors' own memory. Large models are written without a second copy. */
function safetensorsParts({ tensors, metadata }: Safetensors): readonly Uint8Array[] {
  const header: Record<string, unknown> = {};
  if (Object.keys(metadata).length > 0) header.__metadata__ = metadata;
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    const end = offset + data.byteLength;
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, end] };
    offset = end;
  }
  const text = Buffer.from(JSON.stringify(header));
  const headerBytes = Math.ceil(text.length / HEADER_ALIGNMENT) * HEADER_ALIGNMENT;
  const start = Buffer.alloc(LENGTH_BYTES + headerBytes, ' ');
  start.writeBigUInt64LE(BigInt(headerBytes));
  start.set(text, LENGTH_BYTES);
  return [start, ...[...tensors.values()].map(({ data }) => littleEndian(data))];
}

/** The same with a checksum, which is looked at when the file is read. */
export function sealedSafetensorsParts({ tensors, metadata }: Safetensors): readonly Uint8Array[] {
  const parts = safetensorsParts({ tensors, metadata: { [CHECKSUM]: UNSEALED, ...metadata } });
  seal(parts);
  return parts;
}

/** Throws CheckpointError for anything that is not a whole, sound safetensors file. */
export function readSafetensors(file: string): Safetensors {
  let bytes: Buffer;
  try {
    // Reading a pipe would never end.
    if (statSync(file, { throwIfNoEntry: false })?.isFile() === false) {
      throw new CheckpointError(file, 'is no file');
    }
    bytes = readFileSync(file);
  } catch (error) {
    if (error instanceof CheckpointError) throw error;
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new CheckpointError(
      file,
      missing ? 'no such checkpoint' : `cannot be read: ${systemReason(error)}`,
    );
  }
  return decodeSafetensors(bytes, file);
}

/** `file` is for messages. */
export function decodeSafetensors(bytes: Buffer, file: string): Safetensors {
  const fail = (message: string): never => {
    throw new CheckpointError(file, message);
  };
  if (bytes.length < LENGTH_BYTES) fail('is no safetensors file (too short)');
  const headerBytes = Number(bytes.readBigUInt64LE());
  if (headerBytes > MAX_HEADER_BYTES || LENGTH_BYTES + headerBytes > bytes.length) {
    fail('is no safetensors file, or was cut off (its header does not fit)');
  }
  const header = parseHeader(bytes.toString('utf8', LENGTH_BYTES, LENGTH_BYTES + headerBytes), fail);
  const data = bytes.subarray(LENGTH_BYTES + headerBytes);
  const tensors: StateDict = new Map();
  const { __metadata__: metadata, ...values } = header;
  const entries = Object.entries(values).map(([name, value]) => {
    return { name, ...(entrySchema.safeParse(value).data ?? fail(`its entry "${name}" is malformed`)) };
  });
  let used = 0;
  for (const { name, dtype, shape, data_offsets } of entries.sort(byPlace)) {
    const [begin, end] = data_offsets;
    const length = shape.reduce((product, size) => product * size, 1);
    const width = BYTES[dtype];
    if (width === undefined) fail(`tensor ${name} has the type ${dtype}, which is not supported`);
    if (end - begin !== length * (width as number)) fail(`tensor ${name} does not fill its shape`);
    if (end > data.length) fail(`was cut off: tensor ${name} is not all there`);
    // Tensors that share their bytes would come to any size in memory.
    if (begin < used) fail(`tensor ${name} overlaps another; the file is damaged, use another checkpoint`);
    used = end;
    tensors.set(name, { shape, data: widen(data.subarray(begin, end), dtype, length) });
  }
  const { [CHECKSUM]: checksum, ...rest } = metadata;
  if (checksum !== undefined && !isSealed(bytes, checksum)) {
    fail('does not fit its checksum: it was damaged, or another program changed it; use another checkpoint');
  }
  return { tensors, metadata: rest };
}

const byPlace = (a: Entry, b: Entry): number => a.data_offsets[0] - b.data_offsets[0];

function parseHeader(text: string, fail: (message: string) => never): z.output<typeof headerSchema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    fail('is no safetensors file (its header is no JSON)');
  }
  return headerSchema.safeParse(value).data ?? fail('is no safetensors file (its header is malformed)');
}

/** @throws CheckpointError that names the first tensor with a NaN or an infinity in it */
export function expectFinite(tensors: StateDict, file: string): void {
  for (const [name, { data }] of tensors) {
    const broken = data.find((value) => !Number.isFinite(value));
    if (broken === undefined) continue;
    throw new CheckpointError(
      file,
      `tensor ${name} holds ${broken}: training had diverged when it was saved; use an earlier checkpoint`,
    );
  }
}

function widen(bytes: Buffer, dtype: string, length: number): Float32Array {
  if (dtype === 'F32' && endianness() === 'LE') {
    const out = new Float32Array(length);
    new Uint8Array(out.buffer).set(bytes);
    return out;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read: Record<string, (index: number) => number> = {
    F32: (index) => view.getFloat32(index * 4, true),
    F64: (index) => view.getFloat64(index * 8, true),
    F16: (index) => float16FromBits(view.getUint16(index * 2, true)),
    BF16: (index) => bfloat16FromBits(view.getUint16(index * 2, true)),
    I64: (index) => Number(view.getBigInt64(index * 8, true)),
  };
  return Float32Array.from({ length }, (_, index) => (read[dtype] as (index: number) => number)(index));
}

function littleEndian(data: Float32Array): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return endianness() === 'LE' ? bytes : Buffer.from(bytes).swap32();
}
