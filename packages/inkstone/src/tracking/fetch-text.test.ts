import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { compiledProgram } from '../system/index.js';
import { fetchText } from './fetch-text.js';

/** Returns its address, and whether the connection of the first request has ended. */
async function serve(answer: RequestListener) {
  let isClosed = false;
  const server = createServer(answer).once('request', (_, response) =>
    response.once('close', () => {
      isClosed = true;
    }),
  );
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    isClosed: () => isClosed,
  };
}

const NEVER = new AbortController().signal;

const HALF: RequestListener = (_, response) => void response.writeHead(200).write('half of');
const SILENT: RequestListener = () => {};

it('reads an answer to its end', async () => {
  const { url } = await serve((_, response) => {
    response.writeHead(404).write('grün'.slice(0, 3));
    setTimeout(() => response.end('n'), 20);
  });
  const answer = await fetchText(url, {}, { milliseconds: 20_000, signal: NEVER });
  expect(answer).toEqual({ ok: false, status: 404, text: 'grün' });
});

it.each([
  ['an answer that stops in its middle', HALF],
  ['a server that is silent', SILENT],
])('waits for %s no longer than told, and ends the process then', async (_, listener) => {
  const { url } = await serve(listener);
  // What must not be lost is looked for while garbage is collected.
  const program = `
    import { fetchText } from ${JSON.stringify(compiledProgram('./fetch-text.js', import.meta.url))};
    setInterval(gc, 100).unref();
    const limits = { milliseconds: 1000, signal: new AbortController().signal };
    await fetchText(new URL('${url}'), { redirect: 'error' }, limits).catch((error) => console.log(error.name));`;
  const child = spawn(process.execPath, ['--expose-gc', '--input-type=module', '-e', program]);
  onTestFinished(() => void child.kill());
  expect(await text(child.stdout)).toBe('TimeoutError\n');
});

it.each([
  ['an answer that stops in its middle', HALF],
  ['a server that is silent', SILENT],
])('gives up %s when told so', async (_, listener) => {
  const { url, isClosed } = await serve(listener);
  const stopping = new AbortController();
  const asking = fetchText(url, {}, { milliseconds: 60_000, signal: stopping.signal });
  setTimeout(() => stopping.abort(), 300);
  await expect(asking).rejects.toMatchObject({ name: 'AbortError' });
  await expect.poll(isClosed).toBe(true);
});
