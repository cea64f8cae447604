/** What commands that serve have in common. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InvalidArgumentError } from 'commander';
import { InputError, systemReason } from '../system/index.js';

/** Returns the address, as it stands behind http://, with the port that the system has chosen for 0. */
export async function listen(server: Server, host: string, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', (error) => reject(cannotListen(host, port, error)));
    server.listen(port, host);
  });
  const chosen = (server.address() as AddressInfo).port;
  return `${host.includes(':') ? `[${host}]` : host}:${chosen}`;
}

/** Waits for Ctrl-C or SIGTERM. */
export async function untilStopped(): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}

function cannotListen(host: string, port: number, error: Error): InputError {
  return new InputError(
    `cannot listen at ${host}:${port}: ${systemReason(error)}; choose another --port or --host`,
  );
}

/** Parses `--port`. */
export function portNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < 0 || value > 65_535) {
    throw new InvalidArgumentError('expected a whole number from 0 to 65535');
  }
  return value;
}
