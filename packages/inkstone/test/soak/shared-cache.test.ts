/** The server of the shared tier is killed, stopped, filled and damaged at random: never a wrong value, never a failure. */
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CacheEntry, CacheManager } from '../../src/cache/index.js';
import { temporaryFolder } from '../receipt-folder.js';
import { hasRedis, RedisServer } from '../redis-server.js';
import { rounds, TIMEOUT_MS } from './rounds.js';

const FAULTS = rounds(200, 2);
const KEYS = 20;
const random = (below: number) => Math.floor(Math.random() * below);

function truth(key: number): CacheEntry {
  const data = Uint8Array.from({ length: 50_000 + key }, (_, at) => (at * at * (key + 3)) >>> 5);
  return { dtype: 'uint8', shape: [data.length], data, attributes: { key } };
}

const faults: Record<string, (server: RedisServer) => Promise<unknown>> = {
  kill: (server) => server.kill(),
  'kill and restart': async (server) => {
    await server.kill();
    await server.start();
  },
  stop: async (server) => server.signal('SIGSTOP'),
  flip: (server) => server.flipEntries(),
  fill: (server) => server.with((client) => client.config('SET', 'maxmemory', '2mb')),
  'drop entries': (server) =>
    server.with((client) => client.config('SET', 'maxmemory-policy', 'allkeys-random')),
  forget: (server) => server.with((client) => client.flushall()),
};

/** As it was, whatever was done to it. */
async function mend(server: RedisServer): Promise<void> {
  server.signal('SIGCONT');
  await server.start();
  await server.with(async (client) => {
    await client.config('SET', 'maxmemory', '0');
    await client.config('SET', 'maxmemory-policy', 'noeviction');
  });
}

let server: RedisServer;
beforeAll(async () => {
  if (hasRedis) server = await RedisServer.start();
});
afterAll(() => server?.kill());

async function readAll(lines: string[]): Promise<void> {
  const cache = await CacheManager.open({
    config: { root: join(temporaryFolder(), 'cache'), shared: { url: server.url, timeout_ms: 200 } },
    levels: { image: {}, maps: { compression: 'zstd' } },
    scope: 'faults',
    description: {},
    log: (line) => lines.push(line),
  });
  const keys = Array.from({ length: KEYS }, (_, key) => key).sort(() => Math.random() - 0.5);
  for (const key of keys) {
    const got = await cache.getOrFill(key % 2 ? 'image' : 'maps', String(key), async () => truth(key));
    expect(got.data.byteLength).toBe(50_000 + key);
    expect(Buffer.compare(got.data, truth(key).data)).toBe(0);
    await setTimeout(random(5));
  }
  cache.close();
}

it.skipIf(!hasRedis)(
  `serves right values alone under ${FAULTS} faults of its server, and tells each change once`,
  async () => {
    for (let fault = 0; fault < FAULTS; fault++) {
      const names = Object.keys(faults);
      const name = names[random(names.length)]!;
      const told = [[], []] as [string[], string[]];
      const reading = told.map(readAll);
      await setTimeout(random(200));
      await faults[name]!(server);
      await Promise.all(reading);
      for (const lines of told) {
        const states = lines.map(
          (line) => /can be used again|cannot be used|stores (nothing|again)/.exec(line)?.[0],
        );
        // No state is told twice in a row.
        const [away, full] = [/used/, /stores/].map((kind) =>
          states.filter((state) => kind.test(state ?? '')),
        );
        for (const of of [away!, full!])
          expect(
            of.some((state, at) => state === of[at - 1]),
            `${name}: ${lines}`,
          ).toBe(false);
      }
      await mend(server);
    }
  },
  Math.max(TIMEOUT_MS, 120_000),
);
