/**
 * The page in `examples/browser`, in Chromium: it finds what the same file finds in Node. Left out where there is no Chromium:
 * name one with CHROME_PATH.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Detection } from 'inkstone-detect';
import { generateReceipt } from 'inkstone-receipts';
import sharp from 'sharp';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createNetwork } from '../src/detection/index.js';
import { exportOnnx, loadRunConfig, openDetector } from '../src/runs/index.js';
import { initializeFrom } from '../src/runs/init-weights.js';
import { PUBLISHED } from '../src/runs/weights.js';
import { CHROME } from './chromium.js';
import { temporaryFolder } from './receipt-folder.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};
/** Runs beside the page, and sends what the page shows once there is something. */
const SPY = `<script type="module">
  const text = (id) => document.getElementById(id).textContent;
  const isMissing = location.search.includes('webgpu') && !(await navigator.gpu?.requestAdapter());
  if (isMissing) await fetch('/result', { method: 'POST', body: 'null' });
  while (text('texts') === '') await new Promise((resolve) => setTimeout(resolve, 100));
  await fetch('/result', { method: 'POST', body: text('texts') });
</script>`;

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return String(Buffer.concat(chunks));
};

/** What ONNX Runtime can run on in a browser. Debian's Chromium brings a WebGPU that calculates on the processor. */
const PROVIDERS = [
  { provider: 'wasm', flags: ['--disable-gpu'] },
  {
    provider: 'webgpu',
    flags: [
      '--enable-unsafe-webgpu',
      '--enable-features=Vulkan',
      '--use-vulkan=swiftshader',
      '--use-webgpu-adapter=swiftshader',
      '--ignore-gpu-blocklist',
    ],
  },
] as const;

/** What the page finds on `/picture.jpg` with `/model.onnx`, both in `folder`; null where the browser lacks the provider. */
async function foundInBrowser(
  folder: string,
  chrome: string,
  { provider, flags }: (typeof PROVIDERS)[number],
): Promise<Detection[] | null> {
  return new Promise((resolve, reject) => {
    const server = createServer(async (request, response) => {
      const path = new URL(request.url!, 'http://x').pathname;
      if (path === '/result') {
        resolve(JSON.parse(await bodyOf(request)));
        response.end();
        return;
      }
      const file = [join(ROOT, path), join(folder, path)].find((candidate) => existsSync(candidate));
      if (file === undefined) {
        response.writeHead(404).end();
        return;
      }
      response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream');
      response.end(extname(file) === '.html' ? readFileSync(file, 'utf8') + SPY : readFileSync(file));
    });
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      const page = `http://127.0.0.1:${port}/examples/browser/index.html?model=/model.onnx&picture=/picture.jpg&provider=${provider}`;
      const own = [
        '--headless',
        '--no-sandbox',
        `--user-data-dir=${join(folder, 'chrome')}`,
        '--remote-debugging-port=0',
      ];
      // A group of its own: its other processes write into its folder until they are gone, too.
      const browser = spawn(chrome, [...own, ...flags, page], { stdio: 'ignore', detached: true });
      browser.once('exit', (code) => reject(new Error(`the browser ended with ${code}`)));
      onTestFinished(() => {
        process.kill(-browser.pid!, 'SIGKILL');
        server.closeAllConnections();
        server.close();
      });
    });
  });
}

describe.skipIf(CHROME === undefined)('the page in examples/browser', () => {
  it.each(PROVIDERS)(
    'finds what the same file finds in Node: $provider',
    async (provider) => {
      const folder = temporaryFolder();
      const { config } = loadRunConfig({ overrides: ['data.size=480', 'model=pp_ocrv4_det'] });
      const model = createNetwork(config.model);
      initializeFrom(model, PUBLISHED, () => {});
      const loaded = { model: model.eval(), file: PUBLISHED };
      writeFileSync(
        join(folder, 'model.onnx'),
        exportOnnx(loaded, config, { half: false, foldNorms: false, describe: true }).file,
      );
      const { image } = await generateReceipt({ seed: 11, index: 1, longestSide: 720 });
      const { data, width, height } = image;
      const picture = join(folder, 'picture.jpg');
      await sharp(data, { raw: { width, height, channels: 3 } })
        .jpeg()
        .toFile(picture);

      const detector = await openDetector(join(folder, 'model.onnx'));
      const expected = await detector.detect(picture);
      const found = await foundInBrowser(folder, CHROME!, provider);
      if (found === null) return console.warn('not tested: this Chromium has no WebGPU');
      expect(expected.length).toBeGreaterThan(5);
      expect(found).toHaveLength(expected.length);
      const networkPixel = Math.max(width, height) / config.data.size;
      for (const [i, { polygon }] of found.entries()) {
        for (const [k, [x, y]] of polygon.entries()) {
          const [otherX, otherY] = expected[i]!.polygon[k]!;
          expect(Math.hypot(x - otherX, y - otherY)).toBeLessThan(networkPixel);
        }
      }
    },
    180_000,
  );
});
