import { once } from 'node:events';
import { Agent, request as httpRequest, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { detectionServer } from './server.js';
import { stopping } from './stopping.js';

const HEAD = 'POST /detect HTTP/1.1\r\nhost: x\r\ncontent-type: image/jpeg\r\ncontent-length: 10\r\n';
const LONG = 60_000;

let server: Server;
let port: number;
let stop: (milliseconds: number) => Promise<void>;
/** Lets the detector answer; until then it is at work. */
let letGo: (() => void) | undefined;

beforeEach(async () => {
  letGo = undefined;
  const detect = () =>
    new Promise<[]>((resolve) => {
      letGo = () => resolve([]);
    });
  server = detectionServer({
    detector: { detect },
    places: 4,
    maxBytes: 1000,
    timeoutSeconds: 60,
    onError: () => {},
  });
  stop = stopping(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  ({ port } = server.address() as AddressInfo);
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** A client that says this and then nothing more; resolves when the server has it. */
async function client(words: string) {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  const closed = new Promise<void>((resolve) => void socket.once('close', () => resolve()));
  const [served] = await once(server, 'connection');
  socket.write(words);
  await expect.poll(() => served.bytesRead).toBe(words.length);
  let answer = '';
  socket.on('data', (data) => {
    answer += data;
  });
  return { closed, answer: () => answer };
}

it.each([
  ['that says nothing', ''],
  ['that stopped within a header', HEAD.slice(0, 30)],
  ['that stopped within the image', `${HEAD}\r\nhalf`],
])('ends at once for a client %s', async (_, words) => {
  const { closed } = await client(words);
  await stop(LONG);
  await closed;
  expect(letGo).toBeUndefined();
});

it('ends at once for a client that may ask again', async () => {
  const { closed, answer } = await client('GET /health HTTP/1.1\r\nhost: x\r\n\r\n');
  await expect.poll(answer).toContain('"ok"');
  await stop(LONG);
  await closed;
});

it('answers what has arrived, for the last time on this connection', async () => {
  const agent = new Agent({ keepAlive: true });
  const asking = httpRequest({ port, agent, path: '/detect', method: 'POST' }).end('an image');
  const answered = once(asking, 'response');
  await expect.poll(() => letGo).toBeDefined();
  const ended = stop(LONG);
  letGo!();
  const [{ statusCode, headers }] = await answered;
  expect([statusCode, headers.connection]).toEqual([200, 'close']);
  await ended;
  agent.destroy();
});

it('ends in time when the answer takes longer', async () => {
  const { closed } = await client(`${HEAD}\r\n0123456789`);
  await expect.poll(() => letGo).toBeDefined();
  await stop(100);
  await closed;
});
