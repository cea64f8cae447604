/**
 * The server of `inkstone ui`: the page, and what it asks for below `/api`. What a part of the page needs stands with that part,
 * as routes that are joined here.
 */
import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { secureHeaders } from 'hono/secure-headers';
import { InkstoneError } from '../system/index.js';
import { assets } from './assets.js';
import { cacheRoutes } from './cache/routes.js';
import { type GuardOptions, guard } from './guard.js';
import type { Labels } from './labels/labels.js';
import { labelRoutes } from './labels/routes.js';
import { precisionRoutes } from './precision/routes.js';
import { runRoutes } from './runs/routes.js';

export interface UiOptions extends GuardOptions {
  /** The folder of runs. */
  readonly runs: string;
  /** The folder of the cache. */
  readonly cache: string;
  /** Address of the cache's shared tier; null: that of the environment, if it names one. Undefined: it is not looked at. */
  readonly sharedCache?: string | null;
  /** What is labelled, if anything is. */
  readonly labels?: Labels | undefined;
  /** Is told of what went wrong inside, which the page only hears of as 500. */
  readonly onError: (error: unknown) => void;
}

/** Nothing that the page sends is longer. */
const MOST_BYTES = 4e6;

/** The page reaches this server and nothing else. */
const NOTHING_LEAVES = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'blob:'],
  connectSrc: ["'self'"],
  baseUri: ["'none'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
};

/** The server, not yet listening. */
export function uiServer(options: UiOptions): Server {
  const app = new Hono();
  app.use(
    secureHeaders({
      contentSecurityPolicy: NOTHING_LEAVES,
      xFrameOptions: 'DENY',
      strictTransportSecurity: false,
    }),
  );
  app.use(guard(options));
  app.use(
    bodyLimit({
      maxSize: MOST_BYTES,
      onError: (c) => c.json({ error: 'the request is too large' }, 413),
    }),
  );
  app.route('/', assets());
  app.route('/api/runs', runRoutes(options.runs));
  app.route('/api/precision', precisionRoutes(options.runs));
  app.route('/api/cache', cacheRoutes(options.cache, options.sharedCache));
  app.route('/api/labels', labelRoutes(options.labels));
  app.notFound((c) => c.json({ error: 'there is nothing here' }, 404));
  app.onError((error, c) => {
    if (error instanceof InkstoneError) return c.json({ error: error.message }, 422);
    options.onError(error);
    return c.json({ error: 'something went wrong here; the terminal of inkstone ui says what' }, 500);
  });
  return createAdaptorServer({ fetch: app.fetch }) as Server;
}
