/** A forward pass and a training step in Chromium, on what a bundler makes of the package. Left out without Chromium. */
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { wasmIsBuilt } from './addon.js';
import { CHROME } from './chromium.js';
import type { Golden } from './golden/step.js';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const ENCODER = 'mobilenet_v3_small_050';
const golden: Golden = JSON.parse(readFileSync(here(`golden/dbnet_${ENCODER}.json`), 'utf8'));

type Step = typeof import('./golden/page.js')['step'];

/** The page's script, with the package as it is installed. */
async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [here('golden/page.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    logLevel: 'error',
    globalName: 'page',
    plugins: [
      {
        name: 'what was built in place of its sources',
        setup: ({ onResolve, resolve }) => {
          onResolve({ filter: /^\.\.\/\.\.\/src\// }, ({ path, resolveDir, kind }) =>
            resolve(path.replace('/src/', '/dist/'), { resolveDir, kind }),
          );
        },
      },
    ],
  });
  return outputFiles[0]!.text;
}

/** @param isolated whether the page may share memory with workers */
async function serve(script: string, isolated: boolean): Promise<string> {
  const server = createServer((request, response) => {
    if (isolated) {
      response.setHeader('cross-origin-opener-policy', 'same-origin');
      response.setHeader('cross-origin-embedder-policy', 'require-corp');
    }
    const file = here(`../build${request.url}`);
    if (request.url === '/')
      response.setHeader('content-type', 'text/html').end(`<script>${script}</script>`);
    else if (existsSync(file)) response.end(readFileSync(file));
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

describe.skipIf(CHROME === undefined || !wasmIsBuilt)('the WebAssembly kernels in Chromium', () => {
  it('take the step that they take in Node, alone or with helpers', { timeout: 180_000 }, async () => {
    const script = await bundle();
    const browser = await chromium.launch({ executablePath: CHROME!, args: ['--no-sandbox'] });
    onTestFinished(() => browser.close());
    const run = async (isolated: boolean) => {
      const page = await browser.newPage();
      await page.goto(await serve(script, isolated));
      return page.evaluate(
        async ([encoder, expected]) => {
          const { page: bundled, crossOriginIsolated } = globalThis as unknown as {
            page: { step: Step };
            crossOriginIsolated: boolean;
          };
          const result = await bundled.step(encoder, expected, { folder: 'wasm/', threads: 3 });
          return { isolated: crossOriginIsolated, ...result };
        },
        [ENCODER, golden] as const,
      );
    };
    const { isolated, ...together } = await run(true);
    expect(isolated).toBe(true);
    expect(Math.abs(together.loss - golden.loss)).toBeLessThan(1e-5);
    expect(together.gradientNorm / golden.grad_norm_before_clip).toBeCloseTo(1, 4);
    for (const [i, value] of together.probability.entries())
      expect(Math.abs(value - golden.pred.prob.samples[i]!)).toBeLessThan(1e-4);
    expect(await run(false)).toEqual({ isolated: false, ...together });
  });
});
