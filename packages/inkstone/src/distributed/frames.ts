/** Messages on a stream of bytes: their length, their kind, then what they say. */

const HEADER = 8;

export interface Frame {
  readonly kind: number;
  readonly body: Uint8Array;
}

export function frameHeader(kind: number, length: number): Uint8Array {
  const header = Buffer.alloc(HEADER);
  header.writeUInt32LE(length, 0);
  header.writeUInt32LE(kind, 4);
  return header;
}

/** Puts frames together again, however the stream was cut. */
export class FrameReader {
  #chunks: Uint8Array[] = [];
  #length = 0;

  /** The frames that are whole with this chunk. */
  *push(chunk: Uint8Array): Generator<Frame> {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    for (let frame = this.#read(); frame !== undefined; frame = this.#read()) yield frame;
  }

  #read(): Frame | undefined {
    if (this.#length < HEADER) return undefined;
    // Most chunks are the middle of a long message: they are joined once, when it is whole.
    if ((this.#chunks[0] as Uint8Array).length < HEADER) this.#join();
    const header = Buffer.from(this.#chunks[0]!.buffer, this.#chunks[0]!.byteOffset, HEADER);
    const end = HEADER + header.readUInt32LE(0);
    if (this.#length < end) return undefined;
    const bytes = this.#join();
    const rest = bytes.subarray(end);
    this.#chunks = [rest];
    this.#length = rest.length;
    return { kind: header.readUInt32LE(4), body: bytes.subarray(HEADER, end) };
  }

  #join(): Uint8Array {
    const joined = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
    this.#chunks = [joined];
    return joined;
  }
}
