/** What the readers of trackers' files know of bytes, with nothing of what writes them: protocol buffers by their wire format, CRCs bit by bit. */

/** A field that is a varint, a double or a float is a number; one of any other kind its bytes. */
export type Fields = ReadonlyMap<number, readonly (bigint | number | Buffer)[]>;

/** @throws Error for what does not end where its lengths say */
export function fieldsOf(bytes: Buffer): Fields {
  const fields = new Map<number, (bigint | number | Buffer)[]>();
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
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw new Error('a field is longer than its message');
    at += length;
    return bytes.subarray(at - length, at);
  };
  const values: Readonly<Record<number, () => bigint | number | Buffer>> = {
    0: varint,
    1: () => take(8).readDoubleLE(),
    2: () => take(Number(varint())),
    5: () => take(4).readFloatLE(),
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const [number, type] = [tag >> 3, tag & 7];
    const read = values[type];
    if (read === undefined) throw new Error(`wire type ${type}`);
    fields.set(number, [...(fields.get(number) ?? []), read()]);
  }
  return fields;
}

export const textOf = (fields: Fields, number: number): string => String(fields.get(number)?.[0] ?? '');

export const numberOf = (fields: Fields, number: number): number => Number(fields.get(number)?.[0] ?? 0);

export const messageOf = (fields: Fields, number: number): Fields =>
  fieldsOf(fields.get(number)?.[0] as Buffer);

export const messagesOf = (fields: Fields, number: number): Fields[] =>
  (fields.get(number) ?? []).map((bytes) => fieldsOf(bytes as Buffer));

/** @param polynomial with its bits reversed: 0xedb88320 for CRC-32, 0x82f63b78 for CRC-32C */
export function crcOf(data: Buffer, polynomial: number): number {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
