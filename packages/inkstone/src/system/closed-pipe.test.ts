import { spawn, spawnSync } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { outliveReaders } from './closed-pipe.js';
import { compiledProgram } from './compiled.js';

let folder: string;
let program: string;

/** Prints until nobody reads, and some lines more. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'inkstone-readers-'));
  program = join(folder, 'program.mjs');
  writeFileSync(
    program,
    `import { outliveReaders } from ${JSON.stringify(compiledProgram('./index.js', import.meta.url))};
     outliveReaders(process.stdout, process.stderr);
     let more = 3;
     let isRead = true;
     process.stdout.on('error', () => { isRead = false; });
     const printing = setInterval(() => {
       console.log('a line');
       if (!isRead && --more === 0) clearInterval(printing);
     }, 20);`,
  );
});

afterEach(() => rmSync(folder, { recursive: true }));

const hasTerminals = ['script', 'setsid'].every((name) => spawnSync(name, ['--version']).status === 0);

it.skipIf(!hasTerminals)('a program in the background ends well when its terminal goes away', async () => {
  const status = join(folder, 'status');
  // `script` is the terminal. The program does not belong to it, so nothing but its output tells it of the end.
  const inTerminal = `trap '' HUP; setsid --wait '${process.execPath}' '${program}'; echo $? > '${status}'`;
  const terminal = spawn('script', ['--quiet', '--command', inTerminal, '/dev/null'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, SHELL: '/bin/sh' },
  });
  await once(terminal.stdout, 'data');
  terminal.kill('SIGKILL');
  await expect
    .poll(() => existsSync(status) && readFileSync(status, 'utf8'), { timeout: 20_000 })
    .toBe('0\n');
});

it('a program ends well when the connection that it prints to is cut', async () => {
  const server = createServer((socket) => void socket.once('data', () => socket.resetAndDestroy()));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const output: Socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(output, 'connect');
  const child = spawn(process.execPath, [program], { stdio: ['ignore', output, 'ignore'] });
  expect(await once(child, 'exit')).toEqual([0, null]);
  output.destroy();
  server.close();
});

it('a full disk still ends a program', () => {
  const stream = new EventEmitter();
  outliveReaders(stream as unknown as NodeJS.WriteStream);
  const failing = (code: string) => () => stream.emit('error', Object.assign(new Error(code), { code }));
  expect(failing('EPIPE')).not.toThrow();
  expect(failing('ENOSPC')).toThrow('ENOSPC');
});
