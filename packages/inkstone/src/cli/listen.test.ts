import { createServer } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { listen, portNumber } from './listen.js';

it.each([
  ['127.0.0.1', /^127\.0\.0\.1:\d+$/],
  ['::1', /^\[::1\]:\d+$/],
])('says at %s where it listens, as a browser takes it', async (host, address) => {
  const server = createServer();
  onTestFinished(() => void server.close());
  expect(await listen(server, host, 0)).toMatch(address);
});

it('takes a variable that is not set for no port', () => {
  expect(() => portNumber('')).toThrow(/expected a whole number from 0 to 65535/);
  expect(portNumber('0')).toBe(0);
});
