/**
 * Runs in Node for arm64, under an emulator: calls functions of the addon as emulated-addon.ts asks for them.
 * node serve-addon.cjs ADDON REQUESTS ANSWERS: the last two are named pipes. A message is the length of its head (4 bytes), the head
 * in JSON, and the bytes of a typed array, whose type and length the head names.
 */
const { openSync, readSync, writeSync } = require('node:fs');

const [path, requests, answers] = process.argv.slice(2);
const addon = require(path);
/** The only question that is not for the addon. */
const names = () => Object.keys(addon);
const input = openSync(requests, 'r');
const output = openSync(answers, 'w');

/** Undefined when the other side has closed its pipe. */
function receive(length) {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; ) {
    const read = readSync(input, bytes, at, length - at);
    if (read === 0) return undefined;
    at += read;
  }
  return bytes;
}

function send(bytes) {
  for (let at = 0; at < bytes.length; ) at += writeSync(output, bytes, at);
}

/** What kernels must take or refuse as well, and JSON has no words for. */
const SPECIAL = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
  '-0': -0,
  undefined: undefined,
  null: null,
  '[object Object]': {},
};

function call({ name, args, array }) {
  const values = args.map((value) => (typeof value === 'object' ? SPECIAL[value.special] : value));
  let transferred;
  if (array !== undefined) {
    const { type, length, at, filled } = array;
    transferred = new globalThis[type](length);
    const bytes = new Uint8Array(transferred.buffer);
    if (filled) bytes.set(receive(bytes.length));
    values.splice(at, 0, transferred);
  }
  try {
    const result = name === 'names' ? names() : addon[name](...values);
    return [{ result }, name === 'read' ? new Uint8Array(transferred.buffer) : undefined];
  } catch ({ name, message, code }) {
    return [{ error: { name, message, code } }];
  }
}

for (;;) {
  const size = receive(4);
  if (size === undefined) break;
  const [answer, bytes] = call(JSON.parse(receive(size.readUInt32LE()).toString()));
  const head = Buffer.from(JSON.stringify({ ...answer, bytes: bytes?.length ?? 0 }));
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32LE(head.length);
  send(Buffer.concat([prefix, head, ...(bytes ? [bytes] : [])]));
}
