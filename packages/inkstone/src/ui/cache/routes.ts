/** `/api/cache`: what lies in the cache; checking it, and clearing it with a preview. */
import { resolve } from 'node:path';
import { Hono } from 'hono';
import { z } from 'zod';
import {
  type CacheReport,
  cacheConfigSchema,
  clearCache,
  inspectCache,
  lastSharedUse,
  type NamespaceReport,
} from '../../cache/index.js';
import type { CacheNamespace, CacheView, Cleared, Verified } from '../protocol.js';
import { readBody } from '../request-body.js';

const clearSchema = z.strictObject({
  dryRun: z.boolean(),
  level: z.string().min(1).optional(),
  version: z.string().min(1).optional(),
  stale: z.boolean(),
});
const STALE_AFTER_DAYS = cacheConfigSchema.parse({}).stale_after_days;
const verifySchema = z.strictObject({ heal: z.boolean() });

export function cacheRoutes(folder: string, shared: string | null | undefined): Hono {
  const root = resolve(folder);
  const app = new Hono();

  app.get('/', async (c) => c.json(viewOf(await inspectCache(root, shared === undefined ? {} : { shared }))));

  app.post('/clear', async (c) => {
    const { dryRun, level, version, stale } = await readBody(c, clearSchema);
    const selection = {
      ...(level !== undefined && { level }),
      ...(version !== undefined && { version }),
      ...(stale && { staleAfterDays: STALE_AFTER_DAYS }),
    };
    return c.json((await clearCache(root, selection, { dryRun })) satisfies Cleared);
  });

  app.post('/verify', async (c) => {
    const { heal } = await readBody(c, verifySchema);
    const { checked } = await inspectCache(root, { check: Infinity, heal });
    return c.json(checked satisfies Verified);
  });

  return app;
}

const viewOf = ({ root, exists, entries, bytes, findings, namespaces, shared }: CacheReport): CacheView => ({
  root,
  exists,
  entries,
  bytes,
  staleAfterDays: STALE_AFTER_DAYS,
  findings,
  shared,
  namespaces: namespaces.map(namespaceOf),
});

function namespaceOf(namespace: NamespaceReport): CacheNamespace {
  const { scope, version, fingerprint, createdAt, lastOpened, levels, staleEntries, uses } = namespace;
  return {
    scope,
    version,
    fingerprint,
    createdAt,
    lastOpened,
    levels,
    staleEntries,
    lastShared: lastSharedUse(namespace) ?? null,
    uses: uses.map(({ at, hit_rate_percent, healed, changes }) => ({
      at: Date.parse(at),
      hitRatePercent: hit_rate_percent,
      healed,
      changes,
    })),
  };
}
