/**
 * `npm run screenshots`: the pictures of docs/ui.md. Trains two detectors on drawn receipts in a folder of its own, opens the page of
 * `inkstone ui` on them and on a photo that the published detector draws boxes on, and saves what it shows into docs/assets/. Takes some
 * minutes, and needs a Chromium and `npm run build`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateReceipt } from 'inkstone-receipts';
import type { BrowserContextOptions, Page } from 'playwright-core';
import sharp from 'sharp';
import { readSummary } from '../packages/inkstone/src/runs/index.js';
import { openLabels } from '../packages/inkstone/src/ui/index.js';
import { visit } from './browser.js';

const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const INKSTONE = at('packages/inkstone/bin/inkstone.js');

const LAPTOP: BrowserContextOptions = { viewport: { width: 1120, height: 720 }, colorScheme: 'light' };
const PHONE: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
  colorScheme: 'light',
};
const DARK: BrowserContextOptions = { ...LAPTOP, colorScheme: 'dark' };
const WIDE: BrowserContextOptions = { ...LAPTOP, viewport: { width: 1280, height: 720 } };

interface Shot {
  readonly name: string;
  /** Behind `#/`. */
  readonly place: string;
  readonly window: BrowserContextOptions;
  /** Until it is there nothing is saved. */
  readonly ready: (page: Page) => ReturnType<Page['locator']>;
  /** The page is scrolled to what `ready` returns. */
  readonly isBelow?: boolean;
  /** Pressed before. */
  readonly keys?: readonly string[];
}

const PHOTO = 'receipt.jpg';
const firstBoxes = (page: Page) => page.getByRole('heading', { name: /^[1-9]\d* texts$/ });

const SHOTS: readonly Shot[] = [
  {
    name: 'runs',
    place: 'runs',
    window: LAPTOP,
    ready: (page) => page.getByRole('link', { name: 'receipts-longer' }),
  },
  {
    name: 'run',
    place: 'runs/receipts-longer',
    window: DARK,
    ready: (page) => page.locator('canvas').first(),
  },
  {
    name: 'images',
    place: 'runs/receipts-longer',
    window: LAPTOP,
    ready: (page) => page.getByRole('heading', { name: 'Images, the worst first' }),
    isBelow: true,
  },
  {
    name: 'compare',
    place: 'compare/receipts/receipts-longer',
    window: LAPTOP,
    ready: (page) => page.getByRole('heading', { name: 'Settings that differ' }),
    isBelow: true,
  },
  {
    name: 'numerics',
    place: 'numerics/receipts',
    window: WIDE,
    ready: (page) => page.getByRole('heading', { name: 'Numerics' }),
  },
  { name: 'label', place: `labels/${PHOTO}`, window: LAPTOP, ready: firstBoxes, keys: ['n', 'n', 'n'] },
  {
    name: 'label-phone',
    place: `labels/${PHOTO}`,
    window: PHONE,
    // The boxes are there since the last picture was made; phones show no list of texts.
    ready: (page) => page.getByText('Saved'),
    keys: ['n', 'n', 'n', '+'],
  },
];

async function drawPhoto(file: string): Promise<void> {
  const { data, width, height } = (await generateReceipt({ seed: 11, index: 2, longestSide: 1200 })).image;
  await sharp(data, { raw: { width, height, channels: 3 } }).toFile(file);
}

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
    const summary = join(folder, 'runs', name, 'summary.json');
    if (existsSync(summary) && readSummary(summary).outcome === 'finished') return;
    inkstone('train', ...small, `exp_name=${name}`, '--overwrite', ...settings);
  };
  train('receipts', 'trainer.precision=16-mixed');
  train('receipts-longer', 'trainer.max_epochs=15');
  if (!existsSync(join(folder, 'runs/receipts/numerics.json'))) {
    inkstone('numerics', ...small, '--checkpoint', 'runs/receipts');
  }
  const photos = join(folder, 'photos');
  mkdirSync(photos, { recursive: true });
  await drawPhoto(join(photos, PHOTO));
  const labels = await openLabels(photos, undefined, console.error);
  const { open, close, faults } = await visit(join(folder, 'runs'), join(folder, '.inkstone/cache'), labels);
  try {
    for (const { name, place, window, ready, isBelow = false, keys = [] } of SHOTS) {
      const page = await open(place, window);
      const found = ready(page);
      await found.waitFor();
      await page.waitForLoadState('networkidle', { timeout: 3000 }).catch(() => {});
      for (const key of keys) await page.keyboard.press(key);
      if (isBelow) await found.evaluate((node) => node.scrollIntoView());
      await sharp(await page.screenshot())
        .png({ palette: true, colours: 128 })
        .toFile(at(`docs/assets/ui-${name}.png`));
      await page.context().close();
    }
    if (faults.length > 0) throw new Error(faults.join('\n'));
  } finally {
    await close();
    await labels.close();
  }
} finally {
  if (given === undefined) rmSync(folder, { recursive: true });
}
