import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../../../test/receipt-folder.js';
import { hasRedis, RedisServer } from '../../../test/redis-server.js';
import { CacheManager, inspectCache } from '../../cache/index.js';
import type { CacheView } from '../protocol.js';
import { serveForTest, type TestServer } from '../server.testing.js';

const entry = {
  dtype: 'float32',
  shape: [250],
  data: new Uint8Array(1000).fill(7),
  attributes: {},
} as const;

/** Two images and a tensor, prepared with images of this size. */
async function fillCache(root: string, size: number, url: string | null = null): Promise<void> {
  const cache = await CacheManager.open({
    config: { root, max_bytes: { memory: 0 }, shared: { url } },
    levels: { image: {}, tensor: {} },
    scope: 'receipts/train',
    description: { resize: { size } },
    log: () => {},
  });
  await cache.getOrFill('image', 'a', async () => entry);
  await cache.getOrFill('image', 'b', async () => entry);
  await cache.getOrFill('tensor', 'a', async () => entry);
  cache.close();
}

const view = async ({ askAsPage }: TestServer): Promise<CacheView> =>
  JSON.parse((await askAsPage('/api/cache')).text);

const send = async ({ askAsPage }: TestServer, path: string, body: object) => {
  const { status, text } = await askAsPage(`/api/cache/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  return { status, ...JSON.parse(text) };
};

describe('/api/cache', () => {
  it('says that there is none', async () => {
    const root = join(temporaryFolder(), 'cache');
    expect(await view(await serveForTest({ cache: root }))).toMatchObject({
      root,
      exists: false,
      namespaces: [],
    });
  });

  it('shows levels and sizes, and names what was invalidated', async () => {
    const root = join(temporaryFolder(), 'cache');
    const server = await serveForTest({ cache: root });
    await fillCache(root, 640);
    const { namespaces, ...all } = await view(server);
    expect(all).toMatchObject({ exists: true, entries: 3 });
    expect(namespaces).toEqual([
      expect.objectContaining({
        scope: 'receipts/train',
        uses: [{ at: expect.any(Number), hitRatePercent: 0, healed: 0, changes: [] }],
      }),
    ]);
    expect(namespaces[0]!.levels).toMatchObject({ image: { entries: 2 }, tensor: { entries: 1 } });

    await fillCache(root, 736);
    const uses = (await view(server)).namespaces.flatMap((namespace) => namespace.uses);
    expect(uses.flatMap(({ changes }) => changes)).toEqual([
      expect.stringContaining('resize.size 640 → 736'),
    ]);

    await fillCache(root, 736);
    const [latest] = (await view(server)).namespaces.filter((namespace) => namespace.uses.length === 2);
    expect(latest!.uses.map(({ hitRatePercent }) => hitRatePercent)).toEqual([0, 100]);
  });

  it.skipIf(!hasRedis)('shows the server of the shared tier, and says when it is gone', async () => {
    const redis = await RedisServer.start('--maxmemory', '8mb');
    onTestFinished(() => redis.kill());
    const [first, second] = [join(temporaryFolder(), 'cache'), join(temporaryFolder(), 'cache')];
    const server = await serveForTest({ cache: second, sharedCache: redis.url });
    expect(await view(server)).toMatchObject({
      exists: false,
      shared: { server: redis.url, usable: true, maxBytes: 8 * 2 ** 20, policy: 'noeviction' },
    });
    for (const root of [first, second]) await fillCache(root, 640, redis.url);
    const { namespaces, findings } = await view(server);
    expect(namespaces[0]!.lastShared).toEqual({ server: redis.url, hits: 3, stored: 0 });
    expect(findings).toEqual([
      expect.objectContaining({ problem: expect.stringContaining('stores nothing more once it is full') }),
    ]);
    await redis.kill();
    const gone = await view(server);
    expect(gone.shared).toEqual({ server: redis.url, usable: false, reason: expect.any(String) });
    expect(gone.findings).toEqual([
      expect.objectContaining({ problem: expect.stringContaining('cannot be used') }),
    ]);
    expect(await view(await serveForTest({ cache: second }))).toMatchObject({ shared: null });
  });

  it('previews a clear, and deletes just that', async () => {
    const root = join(temporaryFolder(), 'cache');
    const server = await serveForTest({ cache: root });
    await fillCache(root, 640);
    const images = { level: 'image', stale: false };
    const preview = await send(server, 'clear', { ...images, dryRun: true });
    expect(preview).toMatchObject({ status: 200, entries: 2 });
    expect(await view(server)).toMatchObject({ entries: 3 });
    expect(await send(server, 'clear', { ...images, dryRun: false })).toEqual(preview);
    expect(await view(server)).toMatchObject({ entries: 1 });
    expect(await send(server, 'clear', { stale: true, dryRun: false })).toMatchObject({ entries: 0 });
    expect(await send(server, 'clear', { stale: false, dryRun: false })).toMatchObject({ entries: 1 });
  });

  it('finds a damaged entry, and removes it when told to', async () => {
    const root = join(temporaryFolder(), 'cache');
    const server = await serveForTest({ cache: root });
    await fillCache(root, 640);
    const { path } = (await inspectCache(root)).recentFiles[0]!;
    appendFileSync(path, 'x');
    const found = { entries: 3, corrupt: [{ path, reason: expect.any(String) }] };
    expect(await send(server, 'verify', { heal: false })).toMatchObject({ ...found, healed: 0 });
    expect(await send(server, 'verify', { heal: true })).toMatchObject({ ...found, healed: 1 });
    expect(await send(server, 'verify', { heal: false })).toMatchObject({ entries: 2, corrupt: [] });
  });

  it('deletes nothing in a folder that is no cache, nor what was not chosen clearly', async () => {
    const root = temporaryFolder();
    const server = await serveForTest({ cache: root });
    const foreign = await send(server, 'clear', { stale: false, dryRun: false });
    expect(foreign).toEqual({ status: 422, error: expect.stringContaining('is not a cache') });
    expect(await send(server, 'clear', {})).toMatchObject({ status: 422 });
    expect(await send(server, 'clear', { dryRun: false, stale: false, levels: 'image' })).toMatchObject({
      status: 422,
    });
  });
});
