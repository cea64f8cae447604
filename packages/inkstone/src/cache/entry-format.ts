/**
 * The bytes of an entry, on disk as on a server: 64-byte header, payload, attributes. Every read verifies all of it.
 *
 * | bytes | field |
 * |---|---|
 * | 0–3   | magic `INKC` |
 * | 4     | format |
 * | 6–8   | dtype, compression, rank (one byte each; 5 and 9–11 are not read) |
 * | 12–31 | shape, five uint32 (unused ones are zero) |
 * | 32–39 | identity: start of the digest of fingerprint, level and key; the file's name is all of it |
 * | 40–47 | digest of the facts about the source files |
 * | 48–55 | bytes of the stored payload, uint64; attributes (JSON) fill the rest |
 * | 56–63 | XXH3-64 over header bytes 0–55, payload and attributes |
 *
 * After a power cut one file can hold another's bytes, hence the identity in the header.
 */
import { checksum } from './checksum.js';
import { type Compression, codecs, compress, decompress } from './compression.js';
import { allocate } from './io.js';
import { type CacheDType, type CacheEntry, cacheDTypes, dtypeBytes } from './types.js';

export const FORMAT = 1;
export const HEADER_BYTES = 64;
const MAGIC = 0x494e4b43; // "INKC", big-endian
const MAX_RANK = 5;
export const DIGEST_AT = 56;

export type ReadResult =
  | { readonly state: 'valid'; readonly entry: CacheEntry; readonly bytes: number }
  | { readonly state: 'absent' }
  /** Sound, but made from other versions of its source files. */
  | { readonly state: 'outdated' }
  | { readonly state: 'corrupt'; readonly reason: string };

/** All of an entry but its data. */
export type EntryForm = Omit<CacheEntry, 'data'>;

/** What an entry must say about itself to be the one that was asked for. What is absent may be anything: `verify` does not know. */
export interface Expectation {
  /** Eight bytes. */
  readonly identity: Uint8Array;
  /** Eight bytes. */
  readonly sources?: Uint8Array;
  /** Whether the reader can use a value of this form. */
  readonly fits?: ((form: EntryForm) => boolean) | undefined;
}

/** Of one value, unpacked. Larger ones are not kept: a damaged or forged header could otherwise ask for any amount of memory. */
export const MAX_VALUE_BYTES = 2 ** 30;
/** Of the attributes' JSON. */
const MAX_ATTRIBUTE_BYTES = 2 ** 16;
/** What no codec makes of a value that it cannot compress. */
const mostStoredBytes = (bytes: number): number => bytes + bytes / 128 + 1024;

export const elementCount = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

/** Throws when a filler hands over something that is not an entry: a mistake in the caller's code. */
export function assertEntry(entry: CacheEntry, key: string): void {
  const { dtype, shape, data, attributes = {} } = entry;
  const complain = (what: string): never => {
    throw new TypeError(`The cache was given an invalid entry for "${key}": ${what}`);
  };
  if (!cacheDTypes.includes(dtype))
    complain(`dtype ${String(dtype)} is not one of ${cacheDTypes.join(', ')}`);
  const dimensionsFit = shape.every((d) => Number.isInteger(d) && d >= 0 && d < 2 ** 32);
  if (shape.length > MAX_RANK || !dimensionsFit)
    complain(`shape [${shape}] needs at most ${MAX_RANK} whole dimensions`);
  const bytes = elementCount(shape) * dtypeBytes[dtype];
  if (data.byteLength !== bytes)
    complain(`${dtype} [${shape}] is ${bytes} bytes, data has ${data.byteLength}`);
  for (const [name, value] of Object.entries(attributes)) {
    if (!Number.isFinite(value) || Object.is(value, -0))
      complain(`attribute ${name} is ${value}: must be finite, not -0`);
  }
}

/** The parts of the file, ready for one gathered write. */
export async function encodeEntry(
  entry: CacheEntry,
  expectation: Required<Pick<Expectation, 'identity' | 'sources'>>,
  compression: Compression,
): Promise<readonly Uint8Array[]> {
  const payload = await compress(compression, entry.data);
  const attributes = entry.attributes ? Buffer.from(JSON.stringify(entry.attributes)) : Buffer.alloc(0);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(MAGIC, 0);
  header[4] = FORMAT;
  header[6] = cacheDTypes.indexOf(entry.dtype);
  header[7] = codecs.indexOf(compression);
  header[8] = entry.shape.length;
  entry.shape.forEach((d, i) => {
    header.writeUInt32LE(d, 12 + 4 * i);
  });
  header.set(expectation.identity, 32);
  header.set(expectation.sources, 40);
  header.writeBigUInt64LE(BigInt(payload.byteLength), 48);
  header.set(checksum([header.subarray(0, DIGEST_AT), payload, attributes]), DIGEST_AT);
  return [header, payload, attributes];
}

/** As it was read, not verified. */
export interface RawEntry {
  readonly header: Buffer;
  readonly layout: Layout;
  /** Payload and attributes, in one or two pieces. */
  readonly body: readonly [Uint8Array, Uint8Array];
  /** Of what was read, to be compared with the one in the header. */
  readonly digest: Buffer;
  readonly size: number;
}

/** Verifies an entry that came from somewhere else than a file. It takes no part in `bytes`, whatever `into` is. */
export async function openEntry(
  bytes: Buffer,
  expectation: Expectation,
  into?: Uint8Array,
): Promise<ReadResult> {
  try {
    const header = bytes.subarray(0, HEADER_BYTES);
    const body = bytes.subarray(HEADER_BYTES);
    if (header.byteLength < HEADER_BYTES) throw new Error('no whole header');
    const layout = readLayout(header, body.byteLength);
    const first = placeFor(body.byteLength, into);
    first.set(body.subarray(0, first.byteLength));
    const rest = Uint8Array.from(body.subarray(first.byteLength));
    const digest = checksum([header.subarray(0, DIGEST_AT), body]);
    return await judge(
      { header, layout, body: [first, rest], digest, size: bytes.byteLength },
      expectation,
      into,
    );
  } catch (error) {
    return { state: 'corrupt', reason: (error as Error).message };
  }
}

/** Where a body is laid: as much of `into` as it takes, or memory of its own. */
export const placeFor = (bodyBytes: number, into?: Uint8Array): Uint8Array =>
  into ? into.subarray(0, Math.min(into.byteLength, bodyBytes)) : allocate(bodyBytes);

/** Whether what was read is the entry that was asked for, and sound. */
export async function judge(raw: RawEntry, expectation: Expectation, into?: Uint8Array): Promise<ReadResult> {
  const reason = whyUnsound(raw, expectation);
  if (reason !== undefined) return { state: 'corrupt', reason };
  if (isOutdated(raw.header, expectation)) return { state: 'outdated' };
  try {
    return { state: 'valid', entry: await decode(raw, expectation, into), bytes: raw.size };
  } catch (error) {
    return { state: 'corrupt', reason: (error as Error).message };
  }
}

function whyUnsound({ header, digest }: RawEntry, expectation: Expectation): string | undefined {
  const misplaced = whyMisplaced(header, expectation);
  if (misplaced !== undefined) return misplaced;
  return digest.equals(header.subarray(DIGEST_AT)) ? undefined : 'checksum does not match';
}

/** What says that these are not the bytes that were asked for. */
export function whyMisplaced(header: Buffer, { identity }: Expectation): string | undefined {
  if (header.readUInt32BE(0) !== MAGIC) return 'not an entry (magic)';
  if (header[4] !== FORMAT) return `format ${header[4]} where ${FORMAT} belongs`;
  if (!header.subarray(32, 40).equals(identity)) return "another entry's bytes";
  return undefined;
}

export const isOutdated = (header: Buffer, { sources }: Expectation): boolean =>
  sources !== undefined && !header.subarray(40, 48).equals(sources);

/** What a header says of the bytes behind it. */
export interface Layout {
  readonly dtype: CacheDType;
  readonly shape: readonly number[];
  readonly codec: Compression;
  /** Of the value, unpacked. */
  readonly bytes: number;
  /** Of the value as it is stored; attributes fill the rest. */
  readonly stored: number;
  readonly attributeBytes: number;
}

/** Throws an error that says what cannot be. */
export function readLayout(header: Buffer, bodyBytes: number): Layout {
  const dtype = cacheDTypes[header[6]!];
  const codec = codecs[header[7]!];
  const rank = header[8]!;
  if (header.readUInt32BE(0) !== MAGIC) throw new Error('not an entry (magic)');
  if (dtype === undefined || codec === undefined || rank > MAX_RANK)
    throw new Error('a header that makes no sense');
  const shape = Array.from({ length: rank }, (_, i) => header.readUInt32LE(12 + 4 * i));
  const bytes = elementCount(shape) * dtypeBytes[dtype];
  const stored = Number(header.readBigUInt64LE(48));
  const attributeBytes = bodyBytes - stored;
  if (bytes > MAX_VALUE_BYTES) throw new Error(`claims ${bytes} bytes, at most ${MAX_VALUE_BYTES} are kept`);
  const fits = codec === 'none' ? stored === bytes : stored <= mostStoredBytes(bytes);
  if (!fits || attributeBytes < 0 || attributeBytes > MAX_ATTRIBUTE_BYTES) {
    throw new Error(`${dtype} [${shape}] does not fit to a file of ${HEADER_BYTES + bodyBytes} bytes`);
  }
  return { dtype, shape, codec, bytes, stored, attributeBytes };
}

/** Of a verified entry. */
async function decode(
  { layout, body: [first, rest] }: RawEntry,
  { fits = () => true }: Expectation,
  into?: Uint8Array,
): Promise<CacheEntry> {
  const { dtype, shape, codec, bytes, stored, attributeBytes } = layout;
  const attributes = attributeBytes > 0 && { attributes: readAttributes(first, rest, attributeBytes) };
  if (!fits({ dtype, shape, ...attributes }))
    throw new Error(`${dtype} [${shape}] is not what was asked for`);
  let data = (first.byteLength >= stored ? first : joined(first, rest)).subarray(0, stored);
  if (codec !== 'none') data = await decompress(codec, data, bytes);
  if (into && into.byteLength >= bytes && data.buffer !== into.buffer) {
    into.set(data);
    data = into.subarray(0, bytes);
  }
  return { dtype, shape, data, ...attributes };
}

/** Before a value is unpacked into the memory they lie in. Throws for what `assertEntry` would not let in. */
function readAttributes(
  first: Uint8Array,
  rest: Uint8Array,
  bytes: number,
): Readonly<Record<string, number>> {
  const tail = bytes <= rest.byteLength ? rest : joined(first, rest);
  const attributes: unknown = JSON.parse(Buffer.from(tail.subarray(tail.byteLength - bytes)).toString());
  if (!isAttributes(attributes)) throw new Error('attributes that are not numbers by name');
  return attributes;
}

function isAttributes(value: unknown): value is Record<string, number> {
  return (
    value !== null &&
    typeof value === 'object' &&
    !Array.isArray(value) &&
    Object.values(value).every(Number.isFinite)
  );
}

function joined(first: Uint8Array, rest: Uint8Array): Uint8Array {
  const both = allocate(first.byteLength + rest.byteLength);
  both.set(first);
  both.set(rest, first.byteLength);
  return both;
}
