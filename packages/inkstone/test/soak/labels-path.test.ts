/**
 * From photos without labels to a detector of one's own, on the page alone: the published detector draws first boxes, a person confirms
 * them, starts a run from there, and reads what it changed. Left out where there is no Chromium or no published detector.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { generateReceipt } from 'inkstone-receipts';
import { chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import { describe, expect, it, onTestFinished } from 'vitest';
import { datasetSchema, readDataset } from '../../src/data/index.js';
import { checkpointFile, PUBLISHED } from '../../src/runs/index.js';
import { readBeforeAfter } from '../../src/studies/index.js';
import { CHROME } from '../chromium.js';
import { INKSTONE } from '../program.js';
import { temporaryFolder } from '../receipt-folder.js';
import { isSoak, TIMEOUT_MS } from './rounds.js';

const PHOTOS = 20;
const SIDE = 480;

async function drawPhotos(folder: string, seed: number, count: number): Promise<void> {
  mkdirSync(folder);
  for (let index = 0; index < count; index++) {
    const { data, width, height } = (await generateReceipt({ seed, index, longestSide: SIDE })).image;
    const raw = { width, height, channels: 3 } as const;
    await sharp(data, { raw }).toFile(join(folder, `${String(index).padStart(2, '0')}.jpg`));
  }
}

interface Opened {
  readonly page: Page;
  readonly faults: readonly string[];
  readonly server: ChildProcess;
}

/** `inkstone ui` as a user starts it in `folder`, and its address in a browser. */
async function open(folder: string, ...options: string[]): Promise<Opened> {
  const server = spawn(process.execPath, [INKSTONE, 'ui', '--port', '0', ...options], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void server.kill('SIGKILL'));
  const [line] = await once(server.stdout!, 'data');
  const browser = await chromium.launch({ executablePath: CHROME!, args: ['--no-sandbox'] });
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  page.setDefaultTimeout(TIMEOUT_MS);
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  await page.goto(/http:\S+/.exec(String(line))![0]);
  return { page, faults, server };
}

const hasPublished = (): boolean => {
  try {
    return existsSync(checkpointFile(PUBLISHED));
  } catch {
    return false;
  }
};

describe.runIf(isSoak && CHROME !== undefined && hasPublished())('somebody with photos', () => {
  it(
    'gets to a detector of their own without leaving the page',
    async () => {
      const folder = temporaryFolder();
      await drawPhotos(join(folder, 'photos'), 3, PHOTOS);
      await drawPhotos(join(folder, 'more'), 4, 1);
      const { page, faults, server } = await open(folder, '--data', 'photos');
      await page.getByRole('link', { name: 'Labels' }).click();
      await page.getByText(`First boxes by ${PUBLISHED}.`).waitFor();
      await page.getByRole('link', { name: 'Label the next picture' }).click();
      const heading = page.getByRole('heading', { level: 1 });
      let shown: string | null = 'Labels';
      for (let done = 0; done < PHOTOS; done++) {
        // The one before says, too, that it is confirmed, until the next one is there.
        await expect.poll(() => heading.textContent(), { timeout: TIMEOUT_MS }).not.toBe(shown);
        shown = await heading.textContent();
        await page.getByText(`${done} of ${PHOTOS} confirmed`).waitFor();
        // The first text is unreadable to this person, and of every third picture one is superfluous.
        await page.keyboard.press('n');
        await page.keyboard.press('i');
        if (done % 3 === 0) for (const key of ['n', 'Delete']) await page.keyboard.press(key);
        await page.keyboard.press('Escape');
        await page.keyboard.press('Enter');
      }
      await page.getByText(`${PHOTOS} of ${PHOTOS} pictures confirmed`).waitFor();
      const options = { name: 'json', root: join(folder, 'photos/labels.json'), val_fraction: 0 };
      const { samples } = readDataset(datasetSchema.parse(options), 'train');
      expect(samples).toHaveLength(PHOTOS);
      expect(samples.every(({ instances }) => instances.some(({ ignore }) => ignore))).toBe(true);

      await page.getByText('Train on the confirmed pictures').click();
      const settings = page.getByLabel('Settings');
      const few = ['trainer.max_epochs=1', 'data.size=320', 'batch_size=4', 'data.num_workers=0'];
      await settings.fill([await settings.inputValue(), ...few, 'exp_name=mine'].join('\n'));
      await page.getByRole('button', { name: 'Start' }).click();
      await page.getByRole('heading', { name: 'mine running' }).waitFor();
      await page.getByRole('heading', { name: 'mine finished' }).waitFor();
      const table = page.getByRole('region', { name: 'Before and after training' });
      await table.waitFor();
      const { sets } = readBeforeAfter(join(folder, 'runs/mine/before-after.json'));
      const row = table.getByRole('row', { name: 'val: IoU' });
      expect(await row.locator('td').allTextContents()).toEqual([
        sets[0]!.before.iou.toFixed(4),
        sets[0]!.after.iou.toFixed(4),
        expect.stringMatching(/^[+-]\d\.\d{4}$/),
      ]);
      expect(faults).toEqual([]);
      server.kill('SIGINT');
      await once(server, 'exit');

      const next = await open(folder, '--data', 'more', '--model', 'runs/mine');
      await next.page.getByRole('link', { name: 'Labels' }).click();
      await next.page.getByText('First boxes by runs/mine.').waitFor();
      await next.page.getByRole('link', { name: 'Label the next picture' }).click();
      await next.page.getByRole('heading', { name: /^[1-9]\d* texts$/ }).waitFor();
      expect(next.faults).toEqual([]);
    },
    TIMEOUT_MS,
  );
});
