/**
 * Stands in for src/tensor/native-addon.ts (vitest.arm64.config.ts): the kernels of an addon for arm64, in Node for arm64 under
 * qemu, while the tests and the reference backend run on this machine at full speed. INKSTONE_ARM64 holds, as JSON, the
 * command that starts serve-addon.cjs.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KernelLibrary, TransferArray } from '../../src/tensor/kernel-library.js';

export class NativeBackendUnavailableError extends Error {}
export const addonPath = (): string => command().at(-1)!;

const command = () => JSON.parse(process.env.INKSTONE_ARM64 ?? '[]') as [string, ...string[]];

interface Answer {
  readonly result?: unknown;
  readonly error?: { readonly name: string; readonly message: string; readonly code?: string };
  readonly bytes: number;
}

let started: KernelLibrary | undefined;
export const nativeAddon = (): KernelLibrary => (started ??= start());

function start(): KernelLibrary {
  const folder = mkdtempSync(join(tmpdir(), 'inkstone-arm64-'));
  const pipes = [join(folder, 'requests'), join(folder, 'answers')];
  execFileSync('mkfifo', pipes);
  const [program, ...words] = command();
  const child = spawn(program, [...words, ...pipes], { stdio: ['ignore', 'ignore', 'inherit'] });
  child.unref();
  process.on('exit', () => child.kill('SIGKILL'));
  const output = openSync(pipes[0]!, 'w');
  const input = openSync(pipes[1]!, 'r');
  rmSync(folder, { recursive: true });
  const call = (name: string, args: readonly unknown[]) => callIn(input, output, name, args);
  const names = call('names', []) as readonly string[];
  return Object.fromEntries(
    names.map((name) => [name, (...args: unknown[]) => call(name, args)]),
  ) as unknown as KernelLibrary;
}

function callIn(input: number, output: number, name: string, args: readonly unknown[]): unknown {
  const at = args.findIndex(ArrayBuffer.isView);
  const array = at < 0 ? undefined : (args[at] as TransferArray);
  const filled = name !== 'read';
  const head = Buffer.from(
    JSON.stringify({
      name,
      args: args.filter((_, i) => i !== at).map(inJson),
      array: array && { type: array.constructor.name, length: array.length, at, filled },
    }),
  );
  const size = Buffer.alloc(4);
  size.writeUInt32LE(head.length);
  send(output, Buffer.concat([size, head, ...(array && filled ? [bytesOf(array)] : [])]));
  const answer = JSON.parse(receive(input, receive(input, 4).readUInt32LE()).toString()) as Answer;
  if (answer.error) throw errorFrom(answer.error);
  if (array && answer.bytes > 0) bytesOf(array).set(receive(input, answer.bytes));
  return answer.result;
}

/** Plain numbers and texts as they are, and what JSON has no words for by its name. */
function inJson(value: unknown): unknown {
  if (typeof value === 'string' || (Number.isFinite(value) && !Object.is(value, -0))) return value;
  return { special: Object.is(value, -0) ? '-0' : String(value) };
}

function errorFrom({ name, message, code }: NonNullable<Answer['error']>): Error {
  const kinds: Readonly<Record<string, ErrorConstructor>> = { RangeError, TypeError };
  return Object.assign(new (kinds[name] ?? Error)(message), { code });
}

const bytesOf = (array: TransferArray) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

function send(output: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(output, bytes, at);
}

function receive(input: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; ) {
    const read = readSync(input, bytes, at, length - at, null);
    if (read === 0) throw new Error('Node for arm64 has ended; its words are above');
    at += read;
  }
  return bytes;
}
