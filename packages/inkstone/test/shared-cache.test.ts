/** The shared tier beside a real server that is killed, stopped, full, or holds damaged entries. */
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type CacheConfigInput, type CacheEntry, CacheManager, inspectCache } from '../src/cache/index.js';
import { temporaryFolder } from './receipt-folder.js';
import { hasRedis, RedisServer } from './redis-server.js';

vi.setConfig({ testTimeout: 60_000 });

const KEYS = 12;
const VALUE_BYTES = 100_000;
/** Of an answer on a machine that is busy. */
const PATIENT = { timeout_ms: 10_000 };

const value = (key: number): CacheEntry => ({
  dtype: 'uint8',
  shape: [VALUE_BYTES],
  // Not to be compressed away.
  data: Uint8Array.from({ length: VALUE_BYTES }, (_, at) => (at * at * (key + 3)) >>> 5),
  attributes: { key },
});

const servers: RedisServer[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const server of servers.splice(0)) await server.kill();
});

async function serve(...words: string[]): Promise<RedisServer> {
  const server = await RedisServer.start(...words);
  servers.push(server);
  return server;
}

/** A host with an empty disk. */
async function host(shared: NonNullable<CacheConfigInput['shared']>) {
  const lines: string[] = [];
  const cache = await CacheManager.open({
    config: { root: join(temporaryFolder(), 'cache'), shared: { ...PATIENT, ...shared } },
    levels: { image: {}, maps: { compression: 'lz4' } },
    scope: 'receipts/train',
    description: {},
    log: (line) => lines.push(line),
  });
  /** Reads every key and compares it; says how many had to be computed. */
  const read = async (from = 0, to = KEYS): Promise<number> => {
    let fills = 0;
    const keys = Array.from({ length: to - from }, (_, index) => from + index);
    await Promise.all(
      keys.map(async (key) => {
        const level = key % 2 === 0 ? 'image' : 'maps';
        const got = await cache.getOrFill(level, String(key), async () => {
          fills++;
          await setTimeout(10);
          return value(key);
        });
        // vitest compares such arrays element by element, in seconds.
        expect(Buffer.compare(got.data, value(key).data)).toBe(0);
        expect(got.attributes).toEqual({ key });
      }),
    );
    return fills;
  };
  return { cache, lines, read };
}

describe.skipIf(!hasRedis)('hosts that share a cache', () => {
  it('compute nothing that another one did, and keep it on their disk', async () => {
    const server = await serve();
    const first = await host({ url: server.url });
    expect(await first.read()).toBe(KEYS);
    const second = await host({ url: server.url });
    expect(await second.read()).toBe(0);
    expect(second.cache.getCacheHealth()).toMatchObject({
      cacheMisses: 0,
      cacheHits: KEYS,
      totalCacheEntries: KEYS,
      shared: { server: server.url, state: 'usable', hits: KEYS, stored: 0 },
    });
    expect(await inspectCache(second.cache.config.root, { shared: server.url })).toMatchObject({
      state: 'healthy',
      shared: { server: server.url, usable: true, policy: 'noeviction' },
    });
    await server.kill();
    expect(await inspectCache(second.cache.config.root, { shared: server.url })).toMatchObject({
      state: 'warning',
      findings: [{ problem: expect.stringMatching(/^the shared cache at .* cannot be used/) }],
    });
    expect(await second.read()).toBe(0);
    expect([...first.lines, ...second.lines]).toEqual([]);
  });

  it('compute each value once when they begin together', async () => {
    const server = await serve();
    const hosts = await Promise.all([1, 2, 3].map(() => host({ url: server.url })));
    const fills = await Promise.all(hosts.map(({ read }) => read()));
    expect(fills.reduce((a, b) => a + b)).toBe(KEYS);
    // Claims are given back in the background.
    await vi.waitFor(async () => expect(await server.with((client) => client.keys('*:claim'))).toEqual([]));
  });

  it('do not wait for one that died at it', async () => {
    const server = await serve();
    const first = await host({ url: server.url });
    await first.read(0, 1);
    await server.with(async (client) => {
      const [key] = await client.keys('inkstone:*');
      await client.set(`${key}:claim`, 'a host that is gone', 'PX', 500);
      await client.del(key!);
    });
    expect(await (await host({ url: server.url })).read(0, 1)).toBe(1);
  });

  it('are never served a damaged entry: it is computed and stored again', async () => {
    const server = await serve();
    await (await host({ url: server.url })).read();
    await server.flipEntries();
    const second = await host({ url: server.url });
    expect(await second.read()).toBe(KEYS);
    expect(second.cache.getCacheHealth().shared).toMatchObject({ healed: KEYS, stored: KEYS });
    expect(await (await host({ url: server.url })).read()).toBe(0);
  });

  it('store no entry above the bound, and let the server forget all of them in time', async () => {
    const server = await serve();
    const { read, cache } = await host({
      url: server.url,
      max_entry_bytes: VALUE_BYTES,
      expire_after_days: 1,
    });
    await read(0, 2);
    // The compressed one fits.
    expect(cache.getCacheHealth().shared).toMatchObject({ stored: 1, unstored: 1 });
    const [key] = await server.with((client) => client.keys('*'));
    const left = await server.with((client) => client.pttl(key!));
    expect(left).toBeGreaterThan(86_000_000);
    expect(left).toBeLessThanOrEqual(86_400_000);
  });
});

describe.skipIf(!hasRedis)('a server that', () => {
  it('is killed costs misses and one warning; when it is back, it is used again', async () => {
    const server = await serve();
    const { read, lines } = await host({ url: server.url });
    await read(0, 4);
    await server.kill();
    expect(await read(4, 12)).toBe(8);
    expect(lines).toEqual([
      expect.stringMatching(/^\[WARN\] The shared cache at redis:\/\/127.* cannot be used \(/),
    ]);
    await server.start();
    let key = 12;
    await vi.waitFor(
      async () => {
        await read(key, ++key);
        expect(lines.slice(1)).toEqual([`[INFO] The shared cache at ${server.url} can be used again`]);
      },
      { timeout: 30_000, interval: 200 },
    );
  });

  it('was never there costs the same', async () => {
    const server = await serve();
    await server.kill();
    const { read, lines } = await host({ url: server.url });
    expect(await read()).toBe(KEYS);
    expect(lines).toHaveLength(1);
  });

  it('hangs is waited for once', async () => {
    const server = await serve();
    const { read, lines, cache } = await host({ url: server.url, timeout_ms: 300 });
    await read(0, 1);
    server.signal('SIGSTOP');
    expect(await read(1, 12)).toBe(11);
    expect(lines).toEqual([expect.stringContaining('cannot be used (no answer within 300 ms)')]);
    expect(cache.getCacheHealth().shared?.state).toBe('away');
  });

  it('is full is still read', async () => {
    const server = await serve('--maxmemory', '3mb', '--maxmemory-policy', 'noeviction');
    const { read, lines, cache } = await host({ url: server.url });
    expect(await read(0, 60)).toBe(60);
    const warnings = lines.filter((line) => line.startsWith('[WARN]'));
    expect(warnings).toEqual([
      expect.stringMatching(/stores nothing \(OOM .*maxmemory-policy to allkeys-lru$/),
    ]);
    const { stored, state } = cache.getCacheHealth().shared!;
    expect(state).toBe('full');
    expect(stored).toBeGreaterThan(0);
    const second = await host({ url: server.url });
    expect(await second.read(0, 60)).toBe(60 - stored);
  });

  it('wants another password is told of without saying ours', async () => {
    const server = await serve('--requirepass', 'right');
    vi.stubEnv('INKSTONE_CACHE_URL', `redis://:wr0ng@127.0.0.1:${server.port}`);
    const stranger = await host({});
    expect(await stranger.read()).toBe(KEYS);
    expect(stranger.lines).toEqual([expect.stringMatching(/cannot be used \(WRONGPASS/)]);
    expect(
      JSON.stringify([stranger.lines, stranger.cache.handle, stranger.cache.getCacheHealth()]),
    ).not.toContain('wr0ng');
    vi.stubEnv('INKSTONE_CACHE_URL', `redis://:right@127.0.0.1:${server.port}`);
    await (await host({})).read();
    expect(await (await host({})).read()).toBe(0);
  });

  it('speaks TLS is used when its certificate is known', async () => {
    const folder = temporaryFolder();
    const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    const files = ['-keyout', key, '-out', certificate, '-days', '2'];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...subject, ...files], {
      stdio: 'ignore',
    });
    const port = String(servers.length + 20_000 + (process.pid % 20_000));
    await serve(
      '--port',
      '0',
      '--tls-port',
      port,
      '--tls-cert-file',
      certificate,
      '--tls-key-file',
      key,
      '--tls-auth-clients',
      'no',
    );
    const look = pathToFileURL(join(import.meta.dirname, '../dist/cache/shared/look.js')).href;
    const program = `import(${JSON.stringify(look)}).then(async (m) => console.log((await m.lookAtShared(null)).usable))`;
    const usable = (more: NodeJS.ProcessEnv) =>
      spawnSync(process.execPath, ['-e', program], {
        encoding: 'utf8',
        env: { ...process.env, INKSTONE_CACHE_URL: `rediss://127.0.0.1:${port}`, ...more },
      }).stdout.trim();
    expect(usable({})).toBe('false');
    expect(usable({ NODE_EXTRA_CA_CERTS: certificate })).toBe('true');
  });
});
