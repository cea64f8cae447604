/** `inkstone serve` through the command line: it ends when it is told so, with clients that hold a connection open. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { writeCheckpoint } from './checkpoint-file.js';
import { INKSTONE } from './program.js';
import { temporaryFolder } from './receipt-folder.js';

it.each(['SIGINT', 'SIGTERM'] as const)('ends at %s while a client is silent', async (signal) => {
  const folder = temporaryFolder();
  writeCheckpoint(join(folder, 'best.safetensors'), ['data.size=64']);
  const words = ['serve', '--model', 'best.safetensors', '--port', '0', '--timeout', '60'];
  const server = spawn(process.execPath, [INKSTONE, ...words], { cwd: folder });
  onTestFinished(() => void server.kill('SIGKILL'));
  const [said] = await once(server.stdout, 'data');
  const address = new URL(/http:\S+/.exec(String(said))![0]);
  // An answer shows that the server knows of connections up to now.
  const client = connect(Number(address.port), address.hostname);
  await once(client, 'connect');
  expect((await fetch(new URL('/health', address))).status).toBe(200);
  const ended = once(server, 'exit');
  server.kill(signal);
  expect(await ended).toEqual([0, null]);
  client.destroy();
});
