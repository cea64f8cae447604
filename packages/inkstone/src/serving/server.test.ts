import { request as httpRequest, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { ImageError } from 'inkstone-detect';
import { afterEach, describe, expect, it } from 'vitest';
import { detectionServer, type ServerOptions } from './server.js';

const TEXTS = [
  {
    polygon: [
      [1, 2],
      [3, 2],
      [3, 4],
    ] as const,
    score: 0.9,
  },
];
const LIMITS = { places: 2, maxBytes: 1000, timeoutSeconds: 30, onError: () => {} };

let server: Server;
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** Starts a server; returns its address. */
async function serve(options: Partial<ServerOptions> = {}): Promise<string> {
  server = detectionServer({ detector: { detect: async () => TEXTS }, ...LIMITS, ...options });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const post = (address: string, body: Uint8Array, type = 'image/jpeg') =>
  fetch(`${address}/detect`, {
    method: 'POST',
    body: body as Uint8Array<ArrayBuffer>,
    headers: { 'content-type': type },
  });

/** A detector whose answers come when they are let go. */
function heldBack() {
  const waiting: (() => void)[] = [];
  const detect = () => new Promise<typeof TEXTS>((resolve) => waiting.push(() => resolve(TEXTS)));
  return { detect, waiting };
}

const until = async (isTrue: () => boolean | Promise<boolean>) => {
  while (!(await isTrue())) await new Promise((resolve) => setTimeout(resolve, 5));
};

describe('the detection server', () => {
  it('answers with the texts on the image that it is sent', async () => {
    const seen: unknown[] = [];
    const detect: ServerOptions['detector']['detect'] = async (image) => {
      seen.push(image);
      return TEXTS;
    };
    const response = await post(await serve({ detector: { detect } }), Uint8Array.of(1, 2, 3));
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ texts: TEXTS });
    expect(seen).toEqual([Buffer.of(1, 2, 3)]);
  });

  it.each([
    ['damaged', 400],
    ['too-large', 413],
    ['unsupported', 415],
  ] as const)('says that an image is %s', async (reason, status) => {
    const detect = () => Promise.reject(new ImageError(reason, 'no good'));
    const response = await post(await serve({ detector: { detect } }), Uint8Array.of(1));
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ error: 'no good' });
  });

  it('refuses other addresses, methods and kinds of body', async () => {
    const address = await serve();
    expect((await fetch(`${address}/`)).status).toBe(404);
    const get = await fetch(`${address}/detect`);
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await post(address, Uint8Array.of(1), 'multipart/form-data; boundary=x')).status).toBe(415);
  });

  it('refuses an image that is too large by its announced length, and by what arrives', async () => {
    const address = await serve();
    expect((await post(address, new Uint8Array(1000))).status).toBe(200);
    expect((await post(address, new Uint8Array(1001))).status).toBe(413);
    const unannounced = await new Promise<number | undefined>((resolve, reject) => {
      const upload = httpRequest(`${address}/detect`, { method: 'POST' }, ({ statusCode }) =>
        resolve(statusCode),
      );
      upload.on('error', reject);
      for (let i = 0; i < 50; i++) upload.write(Buffer.alloc(100));
      upload.end();
    });
    expect(unannounced).toBe(413);
  });

  it('looks at one image at a time, keeps as many as it has places, and refuses the rest', async () => {
    const detector = heldBack();
    const address = await serve({ detector });
    const health = async () => (await (await fetch(`${address}/health`)).json()) as { inside: number };
    const first = post(address, Uint8Array.of(1));
    const second = post(address, Uint8Array.of(2));
    await until(async () => (await health()).inside === 2);
    const refused = await post(address, Uint8Array.of(3));
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    await until(() => detector.waiting.length === 1);
    detector.waiting.pop()!();
    expect((await first).status).toBe(200);
    await until(() => detector.waiting.length === 1);
    detector.waiting.pop()!();
    expect((await second).status).toBe(200);
    expect(await health()).toMatchObject({ status: 'ok', inside: 0, places: 2 });
  });

  it('gives the place of a client that goes away to another', async () => {
    const address = await serve({ places: 1 });
    const upload = httpRequest(`${address}/detect`, { method: 'POST', headers: { 'content-length': 100 } });
    upload.on('error', () => {});
    upload.write(Buffer.alloc(10));
    await until(async () => (await post(address, Uint8Array.of(1))).status === 503);
    upload.destroy();
    await until(async () => (await post(address, Uint8Array.of(1))).status === 200);
  });

  it('gives up on a request that does not arrive', async () => {
    const { port } = new URL(await serve({ timeoutSeconds: 1 }));
    const socket = connect(Number(port), '127.0.0.1');
    socket.write('POST /detect HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nslow');
    const answer = await new Promise<string>((resolve) =>
      socket.once('data', (data) => resolve(String(data))),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('answers 500 when something breaks inside, keeps the reason to itself, and goes on', async () => {
    const errors: unknown[] = [];
    const broken = new Error('secret');
    const address = await serve({
      detector: { detect: () => Promise.reject(broken) },
      onError: (error) => errors.push(error),
    });
    for (const _ of [1, 2]) {
      const response = await post(address, Uint8Array.of(1));
      expect(response.status).toBe(500);
      expect(await response.text()).not.toContain('secret');
    }
    expect(errors).toEqual([broken, broken]);
  });
});
