/** The page of `inkstone ui` in Chromium, as a person uses it. Left out where there is no Chromium: name one with CHROME_PATH. */
import { execFile } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { chromium, type Page } from 'playwright-core';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { uiServer } from '../src/ui/index.js';
import { CHROME } from './chromium.js';
import { nameless } from './nameless.js';
import { INKSTONE } from './program.js';
import { temporaryFolder, writeIcdar } from './receipt-folder.js';

// Runs are trained, maybe on a machine that is busy.
const PATIENCE = 300_000;
vi.setConfig({ testTimeout: 3 * PATIENCE });

const TOKEN = 'token-of-this-test';
/** The server looks once a second. */
const GONE_MILLISECONDS = 2500;

interface Opened {
  readonly page: Page;
  /** Errors in the console, and requests that went elsewhere. */
  readonly faults: readonly string[];
}

async function openPage(runs: string, cache = join(runs, 'no-cache')): Promise<Opened> {
  const server = uiServer({
    runs,
    cache,
    token: TOKEN,
    allowRemote: false,
    onError: (error) => faults.push(`${error}`),
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const browser = await chromium.launch({ executablePath: CHROME!, args: ['--no-sandbox'] });
  onTestFinished(async () => {
    await browser.close();
    server.closeAllConnections();
    server.close();
  });
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE);
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(`${origin}/`)) faults.push(`request to ${request.url()}`);
  });
  await page.goto(`${origin}/?token=${TOKEN}`);
  return { page, faults };
}

async function smallSettings(folder: string): Promise<string[]> {
  const samples = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, index) => ({
      id: `${prefix}${index}`,
      width: 128,
      height: 96 + 8 * index,
    }));
  await writeIcdar(folder, 'train', samples('t', 6));
  await writeIcdar(folder, 'val', samples('v', 2));
  return [
    'data=icdar',
    `data.root=${folder}`,
    `data.cache_config.root=${folder}/cache`,
    'data.size=64',
    'data.num_workers=0',
    'batch_size=2',
    'trainer.max_epochs=70',
    'trainer.check_val_every_n_epoch=10',
    'trainer.log_every_n_steps=1',
  ];
}

const stepOn = async (page: Page): Promise<number> =>
  Number(
    await page
      .locator('dt', { hasText: /^Step$/ })
      .locator('xpath=following-sibling::dd')
      .textContent(),
  );

describe.skipIf(CHROME === undefined)('the page of inkstone ui', () => {
  it('starts a run, shows it grow, stops and resumes it to the bits of one that was left alone', async () => {
    const folder = temporaryFolder();
    const runs = join(folder, 'runs');
    const settings = await smallSettings(folder);
    const { page, faults } = await openPage(runs, join(folder, 'cache'));
    await page.getByText('No runs yet').waitFor();

    await page.getByText('Start a run').click();
    await page.getByLabel('Settings').fill([...settings, 'exp_name=mine'].join('\n'));
    await page.getByRole('button', { name: 'Start' }).click();
    await page.getByRole('heading', { name: 'mine running' }).waitFor();
    await page.evaluate(() => Object.assign(globalThis, { isStillThisPage: true }));
    await page.getByRole('figure', { name: 'Loss' }).locator('canvas').waitFor();
    const before = await stepOn(page);
    await expect.poll(() => stepOn(page), { timeout: PATIENCE }).toBeGreaterThan(before);

    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('heading', { name: 'mine interrupted' }).waitFor();
    expect(await stepOn(page)).toBeLessThan(210);
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('heading', { name: 'mine running' }).waitFor();
    await page.getByRole('heading', { name: 'mine finished' }).waitFor();
    expect(await stepOn(page)).toBe(210);
    expect(await page.evaluate(() => 'isStillThisPage' in globalThis)).toBe(true);
    const images = page.getByRole('region', { name: 'Images' });
    await images.getByRole('img', { name: 'What was found on v0' }).waitFor();
    expect(await images.locator('tbody tr').count()).toBe(2);
    await images.getByRole('button', { name: 'Missed' }).click();
    expect(await images.locator('th[aria-sort=descending]').textContent()).toBe('Missed');
    const [opened] = await Promise.all([
      page.waitForEvent('popup'),
      images.getByRole('link', { name: 'v0', exact: true }).last().click(),
    ]);
    expect(new URL(opened.url()).pathname).toBe('/api/runs/mine/overlays/v0.png');
    await opened.close();
    expect(await nameless(page)).toEqual([]);

    const overrides = [...settings, 'exp_name=whole', `runs_dir=${runs}`];
    await promisify(execFile)(process.execPath, [INKSTONE, 'train', ...overrides]);
    const file = (run: string, name: string) => readFileSync(join(runs, run, name));
    expect(file('mine', 'metrics.jsonl')).toEqual(file('whole', 'metrics.jsonl'));
    expect(file('mine', 'checkpoints/last.safetensors')).toEqual(
      file('whole', 'checkpoints/last.safetensors'),
    );

    await page.getByRole('link', { name: 'All runs' }).click();
    for (const name of ['mine', 'whole']) {
      await page.getByRole('checkbox', { name: `Choose ${name} for comparison` }).check();
    }
    expect(await nameless(page)).toEqual([]);
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.getByRole('figure', { name: 'Loss' }).locator('canvas').waitFor();
    const differing = page.locator('section', { hasText: 'Settings that differ' });
    expect(await differing.locator('p').textContent()).toBe('None.');
    const byImage = page.getByRole('region', { name: 'Images that differ' });
    expect(await byImage.locator('tbody tr td:last-child').allTextContents()).toEqual(['0.0000', '0.0000']);

    expect(await nameless(page)).toEqual([]);

    await page.getByRole('link', { name: 'Cache', exact: true }).click();
    await page.getByRole('button', { name: 'Preview' }).click();
    const preview = await page.getByText(/^This would delete \d/).textContent();
    await page.getByRole('button', { name: 'Delete them' }).click();
    await page.getByText(preview!.replace('This would delete', 'Deleted')).waitFor();
    await page.getByText(/: 0 entries/).waitFor();
    expect(await nameless(page)).toEqual([]);
    expect(faults).toEqual([]);
  });

  it('leads to the content of a page by the first key, and not to another page', async () => {
    const { page, faults } = await openPage(temporaryFolder());
    await page.getByText('No runs yet').waitFor();
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').textContent()).toBe('To the content');
    await page.keyboard.press('Enter');
    expect(await page.locator(':focus').getAttribute('id')).toBe('main');
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Runs');
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').textContent()).toBe('Start a run');
    expect(faults).toEqual([]);
  });

  it('tells the values of a curve at any step by keys, too', async () => {
    const runs = temporaryFolder();
    mkdirSync(join(runs, 'mine'));
    writeFileSync(join(runs, 'mine', 'config.yaml'), 'a: 1\n');
    const figures = [3, 2, 1].map((loss, index) => ({ step: index + 1, epoch: 0, 'train/loss': loss }));
    writeFileSync(
      join(runs, 'mine', 'metrics.jsonl'),
      figures.map((line) => `${JSON.stringify(line)}\n`).join(''),
    );
    const { page, faults } = await openPage(runs);
    await page.getByRole('link', { name: 'mine' }).click();
    const slider = page.getByRole('slider', { name: 'Loss at a step' });
    await slider.focus();
    const said = async (key: string) => {
      await page.keyboard.press(key);
      return slider.getAttribute('aria-valuetext');
    };
    expect(await said('ArrowLeft')).toMatch(/^Step 2, .* 2/);
    expect(await said('Home')).toMatch(/^Step 1, .* 3/);
    expect(await said('ArrowRight')).toMatch(/^Step 2, .* 2/);
    expect(await said('Tab')).toMatch(/^Step 3, .* 1/);
    expect(await nameless(page)).toEqual([]);
    // To another page with the focus on it.
    await slider.focus();
    await page.goBack();
    await page.getByRole('heading', { name: 'Runs', level: 1 }).waitFor();
    expect(faults).toEqual([]);
  });

  it('looks closer at a curve by keys, and goes on to do so while the run grows', async () => {
    const runs = temporaryFolder();
    const metrics = join(runs, 'mine', 'metrics.jsonl');
    const logged = (step: number) => `${JSON.stringify({ step, epoch: 0, 'train/loss': step })}\n`;
    mkdirSync(join(runs, 'mine'));
    writeFileSync(join(runs, 'mine', 'config.yaml'), 'a: 1\n');
    writeFileSync(metrics, Array.from({ length: 100 }, (_, index) => logged(index + 1)).join(''));
    const { page, faults } = await openPage(runs);
    await page.getByRole('link', { name: 'mine' }).click();
    const slider = page.getByRole('slider', { name: 'Loss at a step' });
    const plot = page.getByRole('figure', { name: 'Loss' }).locator('.u-over');
    const stepAt = async (share: number) => {
      const { width, height } = (await plot.boundingBox())!;
      await plot.hover({ position: { x: share * (width - 1), y: height / 2 } });
      return Number(await slider.getAttribute('aria-valuenow'));
    };
    expect(await stepAt(0)).toBe(1);
    await slider.focus();
    for (const key of ['Home', '+', '+']) await page.keyboard.press(key);
    const right = await stepAt(1);
    expect(right).toBeGreaterThan(20);
    expect(right).toBeLessThan(30);

    appendFileSync(metrics, logged(101));
    await page.locator('[role=slider][aria-valuemax="101"]').first().waitFor();
    expect(await stepAt(1)).toBe(right);
    // What is seen goes along with the step.
    await slider.press('End');
    expect(await slider.getAttribute('aria-valuenow')).toBe('101');
    expect(await stepAt(0)).toBeGreaterThan(70);
    await slider.press('0');
    expect(await stepAt(0)).toBe(1);
    expect(await stepAt(1)).toBe(101);

    rmSync(join(runs, 'mine'), { recursive: true });
    await page.getByText('The folder of this run is gone.').waitFor();
    await setTimeout(GONE_MILLISECONDS);
    expect(await stepAt(1)).toBe(101);
    expect(await page.getByText('The folder of this run is gone.').count()).toBe(1);
    expect(faults).toEqual([]);
  });

  it('keeps to the window of a phone, whatever names runs have, and tells which run is gone', async () => {
    const runs = temporaryFolder();
    const names = ['a'.repeat(200), 'b'];
    for (const [index, name] of names.entries()) {
      mkdirSync(join(runs, name));
      writeFileSync(join(runs, name, 'config.yaml'), `a: ${index}\n`);
      const images = { step: 1, images: [] };
      writeFileSync(join(runs, name, 'val-images.json'), JSON.stringify(images));
    }
    const { page, faults } = await openPage(runs);
    await page.setViewportSize({ width: 390, height: 844 });
    const isWithin = () => page.locator('html').evaluate((html) => html.scrollWidth <= html.clientWidth);
    for (const name of names) await page.getByRole('checkbox', { name: `Choose ${name}` }).check();
    expect(await isWithin()).toBe(true);
    await page.getByRole('button', { name: 'Compare' }).click();
    const settings = page.getByRole('group', { name: 'Settings that differ' });
    await settings.focus();
    expect(await page.locator(':focus').getAttribute('aria-label')).toBe('Settings that differ');
    expect(await page.getByRole('heading', { name: 'Images' }).count()).toBe(0);
    expect(await isWithin()).toBe(true);
    rmSync(join(runs, 'b'), { recursive: true });
    await page.getByText('The folder of b is gone.').waitFor();

    await page.getByRole('link', { name: names[0]! }).click();
    await page.getByText('It has written no figures.').waitFor();
    expect(await isWithin()).toBe(true);
    expect(faults).toEqual([]);
  });

  it('says what is wrong with a start, and shows names as text whatever they hold', async () => {
    const runs = temporaryFolder();
    const hostile = '<img src=x onerror="document.title=1">&amp; #?%41';
    mkdirSync(join(runs, hostile));
    writeFileSync(join(runs, hostile, 'config.yaml'), 'a: "<script>document.title=2</script>"\n');
    const { page, faults } = await openPage(runs);
    await page.getByText('Start a run').click();
    await page.getByLabel('Settings').fill('optimiser.lr=1');
    await page.getByRole('button', { name: 'Start' }).click();
    await page.getByText(/optimiser/).waitFor();

    await page.getByRole('link', { name: hostile, exact: true }).click();
    await page.getByRole('heading', { name: hostile }).waitFor();
    await page.locator('summary', { hasText: 'Configuration' }).click();
    expect(await page.locator('table.settings td').textContent()).toBe('<script>document.title=2</script>');
    expect(await page.title()).toBe(`${hostile} – Inkstone`);
    // The refused start is an answer with status 422, which browsers log.
    expect(faults.filter((fault) => !fault.includes('422'))).toEqual([]);
  });
});
