/**
 * `npm run screenshots`: the pictures of docs/ui.md. Trains two detectors on drawn receipts in a folder of its own, opens the page of
 * `inkstone ui` on them and saves what it shows into docs/assets/. Takes some minutes, and needs a Chromium and `npm run build`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BrowserContextOptions, Page } from 'playwright-core';
import sharp from 'sharp';
import { visit } from './browser.js';

const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const INKSTONE = at('packages/inkstone/bin/inkstone.js');

const LAPTOP: BrowserContextOptions = { viewport: { width: 1120, height: 720 }, colorScheme: 'light' };
const DARK: BrowserContextOptions = { ...LAPTOP, colorScheme: 'dark' };

interface Shot {
  readonly name: string;
  /** Behind `#/`. */
  readonly place: string;
  readonly window: BrowserContextOptions;
  /** Until it is there nothing is saved; then what it returns is scrolled to. */
  readonly ready: (page: Page) => ReturnType<Page['locator']>;
}

const SHOTS: readonly Shot[] = [
  {
    name: 'runs',
    place: 'runs',
    window: LAPTOP,
    ready: (page) => page.getByRole('link', { name: 'receipts-2' }),
  },
  { name: 'run', place: 'runs/receipts', window: DARK, ready: (page) => page.locator('canvas').first() },
  {
    name: 'images',
    place: 'runs/receipts',
    window: LAPTOP,
    ready: (page) => page.getByRole('heading', { name: 'Images, the worst first' }),
  },
  {
    name: 'compare',
    place: 'compare/receipts/receipts-2',
    window: LAPTOP,
    ready: (page) => page.getByRole('heading', { name: 'Settings that differ' }),
  },
  {
    name: 'numerics',
    place: 'numerics/receipts',
    window: LAPTOP,
    ready: (page) => page.getByRole('heading', { name: 'Numerics' }),
  },
];

/** Runs are kept there when a folder is given, and only what is missing is trained. */
const [given] = process.argv.slice(2);
const folder = given ?? mkdtempSync(join(tmpdir(), 'inkstone-screenshots-'));
mkdirSync(folder, { recursive: true });

function inkstone(...words: readonly string[]): void {
  const { status } = spawnSync(process.execPath, [INKSTONE, ...words], { cwd: folder, stdio: 'inherit' });
  // 1 is an answer: numerics found something that would be lost.
  if (status === null || status > 1) throw new Error(`inkstone ${words.join(' ')} ended with ${status}`);
}

try {
  const small = ['--config', at('packages/inkstone/configs/demo-small.yaml')];
  const train = (name: string, ...settings: readonly string[]) => {
    if (existsSync(join(folder, 'runs', name, 'summary.json'))) return;
    inkstone('train', ...small, `exp_name=${name}`, '--overwrite', ...settings);
  };
  train('receipts', 'trainer.precision=16-mixed');
  train('receipts-2', 'trainer.max_epochs=8', 'optimizer.lr=2e-3');
  if (!existsSync(join(folder, 'runs/receipts/numerics.json'))) {
    inkstone('numerics', ...small, '--checkpoint', 'runs/receipts');
  }
  const { open, close, faults } = await visit(join(folder, 'runs'), join(folder, '.inkstone/cache'));
  try {
    for (const { name, place, window, ready } of SHOTS) {
      const page = await open(place, window);
      const found = ready(page);
      await found.waitFor();
      await page.waitForLoadState('networkidle', { timeout: 3000 }).catch(() => {});
      if (name !== 'run' && name !== 'runs') await found.evaluate((node) => node.scrollIntoView());
      const png = await sharp(await page.screenshot())
        .png({ palette: true, colours: 128 })
        .toBuffer();
      await sharp(png).toFile(at(`docs/assets/ui-${name}.png`));
      await page.context().close();
    }
    if (faults.length > 0) throw new Error(faults.join('\n'));
  } finally {
    await close();
  }
} finally {
  if (given === undefined) rmSync(folder, { recursive: true });
}
