/** A running server for tests, and requests as nobody's browser would send them. */
import { type IncomingHttpHeaders, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { type UiOptions, uiServer } from './server.js';

export const TOKEN = 'a-token-that-nobody-guesses';

/** A folder that is not there. */
const NOWHERE = '/nowhere/at/all';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Asking {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Sends a path exactly as it is written, `..` and all. */
export type Ask = (path: string, asking?: Asking) => Promise<Answer>;

export interface TestServer {
  readonly port: number;
  readonly ask: Ask;
  /** As `ask`, from the page that the user has opened. */
  readonly askAsPage: Ask;
}

/** Starts a server that ends with the test. */
export async function serveForTest(options: Partial<UiOptions> = {}): Promise<TestServer> {
  const server = uiServer({
    token: TOKEN,
    allowRemote: false,
    runs: NOWHERE,
    cache: NOWHERE,
    onError: () => {},
    ...options,
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const ask: Ask = (path, { method = 'GET', headers = {}, body } = {}) =>
    new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }));
      });
      sent.on('error', reject);
      sent.end(body);
    });
  const askAsPage: Ask = (path, { headers, ...rest } = {}) =>
    ask(path, { ...rest, headers: { ...pageHeaders(port), ...headers } });
  return { port, ask, askAsPage };
}

/** What the page that the user has opened sends along. */
export const pageHeaders = (port: number): Readonly<Record<string, string>> => ({
  cookie: `inkstone-ui-${port}=${TOKEN}`,
  origin: `http://127.0.0.1:${port}`,
  'sec-fetch-site': 'same-origin',
});
