/** `inkstone serve` under fire: whole, broken, huge and slow requests, eight at a time. It answers each as it should and stays small. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { mapConcurrent } from '../../src/system/index.js';
import { writeCheckpoint } from '../checkpoint-file.js';
import { INKSTONE } from '../program.js';
import { temporaryFolder, writeImage } from '../receipt-folder.js';
import { rounds, TIMEOUT_MS } from './rounds.js';

const REQUESTS = rounds(1000, 50);
const AT_A_TIME = 8;
/** Fewer than come at a time, so that some are refused. */
const PLACES = 6;
const MEGABYTE = 1e6;
/** What images, their decoding and a garbage collector that takes its time may add. */
const MORE_MEMORY = 200 * MEGABYTE;

async function started(cwd: string): Promise<{ process: ChildProcess; address: string }> {
  const limits = [
    '--places',
    String(PLACES),
    '--max-megabytes',
    '1',
    '--max-megapixels',
    '1',
    '--timeout',
    '2',
  ];
  const server = spawn(
    process.execPath,
    [INKSTONE, 'serve', '--model', 'best.safetensors', '--port', '0', ...limits],
    {
      cwd,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  onTestFinished(() => void server.kill('SIGKILL'));
  const line = await new Promise<string>((resolve, reject) => {
    server.stdout!.once('data', (data) => resolve(String(data)));
    server.once('exit', (code) => reject(new Error(`serve ended with ${code}`)));
  });
  return { process: server, address: /http:\/\/[\d.]+:\d+/.exec(line)![0] };
}

/** Bytes of a Linux process in memory. */
function memoryOf({ pid }: ChildProcess): number {
  const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))!;
  return Number(kilobytes) * 1024;
}

const send = async (address: string, body: Uint8Array, type = 'image/jpeg'): Promise<number> => {
  const init = { method: 'POST', body: body as Uint8Array<ArrayBuffer>, headers: { 'content-type': type } };
  const response = await fetch(`${address}/detect`, init);
  await response.arrayBuffer();
  return response.status;
};

/** Promises 1 000 bytes, sends a few and waits. */
const sendSlowly = ({ hostname, port }: URL): Promise<number> =>
  new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    socket.once('error', reject);
    socket.once('data', (data) => {
      socket.destroy();
      resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(String(data))![1]));
    });
    socket.write('POST /detect HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\nslow');
  });

describe('inkstone serve', () => {
  it(
    `survives ${REQUESTS} requests`,
    async () => {
      const folder = temporaryFolder();
      writeCheckpoint(join(folder, 'best.safetensors'), ['data.size=64']);
      await writeImage(join(folder, 'a.jpg'), 200, 150);
      const whole = readFileSync(join(folder, 'a.jpg'));
      const huge = await sharp({ create: { width: 1500, height: 1500, channels: 3, background: '#fff' } })
        .png()
        .toBuffer();
      const { process: server, address } = await started(folder);

      const kinds: readonly (readonly [status: number, send: () => Promise<number>])[] = [
        [200, () => send(address, whole)],
        [200, () => send(address, whole, 'application/octet-stream')],
        [400, () => send(address, whole.subarray(0, whole.length / 2))],
        [400, () => send(address, new Uint8Array())],
        [413, () => send(address, new Uint8Array(2 * MEGABYTE))],
        [413, () => send(address, huge)],
        [415, () => send(address, Buffer.from('not a picture'))],
        [415, () => send(address, whole, 'application/json')],
        [405, async () => (await fetch(`${address}/detect`)).status],
        [404, async () => (await fetch(`${address}/nothing`)).status],
        [408, () => sendSlowly(new URL(address))],
      ];
      for (const [status, request] of kinds) expect(await request()).toBe(status);
      const before = memoryOf(server);

      const order = Array.from({ length: REQUESTS }, (_, i) => kinds[(7 * i) % kinds.length]!);
      const wrong: string[] = [];
      await mapConcurrent(order, AT_A_TIME, async ([expected, request], i) => {
        const status = await request();
        if (status !== expected && status !== 503)
          wrong.push(`request ${i}: ${status} instead of ${expected}`);
      });
      expect(wrong).toEqual([]);
      // The server hears a moment later that a slow client has gone.
      await vi.waitFor(
        async () => {
          const health = await (await fetch(`${address}/health`)).json();
          expect(health).toMatchObject({ status: 'ok', inside: 0 });
        },
        { timeout: 10_000 },
      );
      expect(await send(address, whole)).toBe(200);
      expect(memoryOf(server) - before).toBeLessThan(MORE_MEMORY);

      server.kill('SIGTERM');
      expect(await new Promise((resolve) => server.once('exit', resolve))).toBe(0);
    },
    4 * TIMEOUT_MS,
  );
});
