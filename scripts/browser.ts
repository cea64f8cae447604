/** The page of `inkstone ui` in Chromium, for the benchmark and the guides' pictures. */
import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { type UiOptions, uiServer } from '../packages/inkstone/src/ui/index.js';
import { CHROME } from '../packages/inkstone/test/chromium.js';

/** The machine may be busy with something else, too. Milliseconds. */
const PATIENCE = 120_000;

export interface Visit {
  /** Opens the page at an address behind `#/`, in a window of its own. */
  open(place: string, window?: BrowserContextOptions): Promise<Page>;
  readonly browser: Browser;
  /** What stood in a console as an error. */
  readonly faults: readonly string[];
  close(): Promise<void>;
}

export async function visit(runs: string, cache: string, labels?: UiOptions['labels']): Promise<Visit> {
  if (CHROME === undefined) throw new Error('there is no Chromium; install one, or name it with CHROME_PATH');
  const token = randomBytes(16).toString('hex');
  const faults: string[] = [];
  const onError = (error: unknown) => faults.push(String(error));
  const server = uiServer({ runs, cache, labels, token, allowRemote: false, onError });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const browser: Browser = await chromium.launch({ executablePath: CHROME, args: ['--no-sandbox'] });
  return {
    browser,
    faults,
    async open(place, window = {}) {
      const page = await (await browser.newContext(window)).newPage();
      page.setDefaultTimeout(PATIENCE);
      page.on('pageerror', (error) => faults.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error') faults.push(message.text());
      });
      await page.goto(`http://127.0.0.1:${port}/?token=${token}#/${place}`);
      return page;
    },
    async close() {
      await browser.close();
      server.closeAllConnections();
      server.close();
    },
  };
}
