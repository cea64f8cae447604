/**
 * A detector behind HTTP: `POST /detect` with an image file as its body, `GET /health`. One process; images are looked at one
 * after the other, and as many requests as there are places wait. Memory is bounded by places × the largest body.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { TextDetector } from 'inkstone-detect';
import { VERSION } from '../system/index.js';
import { House } from './house.js';
import { readBody } from './read-body.js';
import { RequestError, refusal } from './request-error.js';

export interface ServerOptions {
  readonly detector: Pick<TextDetector, 'detect'>;
  /** Requests that may be in the server at one time; more are refused with 503. */
  readonly places: number;
  /** Of an image file. */
  readonly maxBytes: number;
  /** In which a request must have arrived as a whole. */
  readonly timeoutSeconds: number;
  /** Is told of what went wrong inside, which clients only hear of as 500. */
  readonly onError: (error: unknown) => void;
}

type Handler = (request: IncomingMessage) => Promise<object>;

const IMAGE_TYPES = /^(image\/|application\/octet-stream)/;
const CHECK_MILLISECONDS = 500;
const MOST_CONNECTIONS = 256;

/** The server, not yet listening. */
export function detectionServer(options: ServerOptions): Server {
  const house = new House(options.places);
  const started = Date.now();
  const routes: Readonly<Record<string, { readonly method: string; readonly handle: Handler }>> = {
    '/detect': { method: 'POST', handle: (request) => detect(request, house, options) },
    '/health': {
      method: 'GET',
      handle: async () => ({
        status: 'ok',
        version: VERSION,
        inside: house.inside,
        places: options.places,
        uptime_seconds: Math.round((Date.now() - started) / 1000),
      }),
    },
  };
  const handle: Handler = async (request) => {
    const route = routes[(request.url ?? '').split('?')[0]];
    if (route === undefined) throw new RequestError(404, `there is ${Object.keys(routes).join(' and ')}`);
    if (request.method !== route.method) {
      throw new RequestError(405, `use ${route.method}`, { allow: route.method });
    }
    return route.handle(request);
  };
  const milliseconds = options.timeoutSeconds * 1000;
  const limits = {
    requestTimeout: milliseconds,
    headersTimeout: milliseconds,
    connectionsCheckingInterval: CHECK_MILLISECONDS,
  };
  const server = createServer(limits, async (request, response) => {
    try {
      answer(response, 200, await handle(request));
    } catch (error) {
      const refused = refusal(error);
      if (refused === undefined) options.onError(error);
      const { status, message, headers } = refused ?? new RequestError(500, 'something went wrong here');
      answer(response, status, { error: message }, headers);
    }
  });
  server.maxConnections = MOST_CONNECTIONS;
  return server;
}

async function detect(request: IncomingMessage, house: House, options: ServerOptions): Promise<object> {
  const { detector, maxBytes } = options;
  const type = request.headers['content-type'] ?? 'application/octet-stream';
  if (!IMAGE_TYPES.test(type)) {
    throw new RequestError(
      415,
      `send the image file itself as the body, with its type (content-type: image/jpeg), not ${type}`,
    );
  }
  const visit = house.enter(async () => {
    const image = await readBody(request, maxBytes);
    return house.inTurn(async () => {
      // Nobody waits for it any more.
      if (request.socket.destroyed) return [];
      return detector.detect(image);
    });
  });
  if (visit === undefined) throw new RequestError(503, 'busy; try again', { 'retry-after': '1' });
  return { texts: await visit };
}

function answer(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(`${JSON.stringify(body)}\n`);
}
