/** A server of Debian's `redis-server`, for tests of the shared tier. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { Redis } from 'ioredis';

export const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

export class RedisServer {
  #process: ChildProcess | undefined;
  readonly #words: readonly string[];

  private constructor(
    readonly port: number,
    words: readonly string[],
  ) {
    this.#words = words;
  }

  /** `words` as on its command line, e.g. `--maxmemory 3mb`. */
  static async start(...words: string[]): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), words);
    await server.start();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Where it does not run: it comes back empty. */
  async start(): Promise<void> {
    if (this.#isRunning) return;
    const fixed = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', '/tmp'];
    const port = this.#words.includes('--tls-port') ? [] : ['--port', String(this.port)];
    this.#process = spawn('redis-server', [...fixed, ...port, ...this.#words]);
    for await (const chunk of this.#process.stdout!) {
      if (String(chunk).includes('Ready to accept connections')) break;
    }
  }

  get #isRunning(): boolean {
    return (
      this.#process !== undefined && this.#process.exitCode === null && this.#process.signalCode === null
    );
  }

  signal(name: NodeJS.Signals): void {
    this.#process?.kill(name);
  }

  async kill(): Promise<void> {
    if (!this.#isRunning) return;
    this.#process!.kill('SIGKILL');
    await once(this.#process!, 'exit');
  }

  /** Does something to what the server holds. */
  async with<T>(action: (client: Redis) => Promise<T>): Promise<T> {
    const client = new Redis(this.port, '127.0.0.1', { retryStrategy: null });
    try {
      return await action(client);
    } finally {
      client.disconnect();
    }
  }

  /** Flips one bit of every entry, at a place chosen by its length. */
  async flipEntries(): Promise<void> {
    await this.with(async (client) => {
      for (const key of await client.keys('inkstone:*')) {
        const value = await client.getBuffer(key);
        if (value === null) continue;
        const at = Math.floor(Math.random() * value.length);
        value[at]! ^= 1 << Math.floor(Math.random() * 8);
        await client.set(key, value, 'KEEPTTL');
      }
    });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
