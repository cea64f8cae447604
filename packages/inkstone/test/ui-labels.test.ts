/**
 * Pictures labelled on the page of `inkstone ui`, in Chromium, by a script with a person's mouse, keyboard and fingers. Left out where
 * there is no Chromium: name one with CHROME_PATH.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { boundingBox, boxesOverlap } from 'inkstone-detect/geometry';
import { RandomStream } from 'inkstone-detect/random';
import { generateReceipt } from 'inkstone-receipts';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { datasetSchema, readDataset } from '../src/data/index.js';
import { type UiOptions, uiServer } from '../src/ui/index.js';
import { type Held, LabelFolder } from '../src/ui/labels/label-folder.js';
import type { LabelText } from '../src/ui/labels/protocol.js';
import { CHROME } from './chromium.js';
import { nameless } from './nameless.js';
import { INKSTONE } from './program.js';
import { temporaryFolder } from './receipt-folder.js';

// The machine may be busy.
const PATIENCE = 120_000;
vi.setConfig({ testTimeout: 3 * PATIENCE });

const SIDE = 360;
/** Of each receipt. */
const TEXTS = 3;

type Point = readonly [x: number, y: number];

/** Receipts without labels, and where some of their texts are: boxes of whole pixels, far enough apart to be told from each other. */
async function receipts(count: number): Promise<{ root: string; texts: Map<string, LabelText[]> }> {
  const root = temporaryFolder();
  const texts = new Map<string, LabelText[]>();
  for (let index = 0; index < count; index++) {
    const { image, instances } = await generateReceipt({
      seed: 5,
      index,
      longestSide: SIDE,
      difficulty: 0.2,
    });
    const { data, width, height } = image;
    const name = `${String(index).padStart(2, '0')}.png`;
    await sharp(data, { raw: { width, height, channels: 3 } }).toFile(join(root, name));
    const apart: LabelText[] = [];
    for (const { polygon } of instances) {
      const { minX, minY, maxX, maxY } = boundingBox(polygon);
      const [x, y] = [Math.round(minX), Math.round(minY)];
      const text = box(
        x,
        y,
        Math.max(12, 2 * Math.round((maxX - minX) / 2)),
        Math.max(6, Math.round(maxY - minY)),
      );
      if (apart.every((other) => isApart(text, other)) && isInside(text, width, height)) apart.push(text);
    }
    texts.set(name, apart.slice(0, TEXTS));
  }
  return { root, texts };
}

const GAP = 6;
const isApart = (one: LabelText, other: LabelText): boolean => {
  const { minX, minY, maxX, maxY } = boundingBox(one.polygon);
  const wider = { minX: minX - GAP, minY: minY - GAP, maxX: maxX + GAP, maxY: maxY + GAP };
  return !boxesOverlap(wider, boundingBox(other.polygon));
};
const isInside = ({ polygon }: LabelText, width: number, height: number): boolean =>
  polygon.every(([x, y]) => x > GAP && y > GAP && x < width - GAP && y < height - GAP);

const box = (x: number, y: number, width: number, height: number, ignore = false): LabelText => ({
  polygon: [
    [x, y],
    [x + width, y],
    [x + width, y + height],
    [x, y + height],
  ],
  transcript: '',
  ignore,
});

const labelsOn = (root: string): Map<string, LabelText[]> => {
  const options = datasetSchema.parse({ name: 'json', root: join(root, 'labels.json'), val_fraction: 0 });
  const { samples } = readDataset(options, 'train');
  return new Map(samples.map(({ id, instances }) => [`${id}.png`, [...instances]]));
};

interface Server {
  readonly address: string;
  readonly port: number;
  kill(): Promise<void>;
}

/** As a user starts it. */
async function serve(root: string, ...options: string[]): Promise<Server> {
  const child: ChildProcess = spawn(
    process.execPath,
    [INKSTONE, 'ui', '--data', root, '--port', '0', ...options],
    { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = await once(child.stdout!, 'data');
  const address = /http:\S+/.exec(String(line))![0];
  const kill = async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  };
  return { address, port: Number(new URL(address).port), kill };
}

interface Opened {
  readonly page: Page;
  /** Errors in the console, and requests that went elsewhere. */
  readonly faults: readonly string[];
}

/** A page on a server of this process. */
async function openPage(
  folder: LabelFolder,
  device: BrowserContextOptions = {},
  drafter?: NonNullable<UiOptions['labels']>['drafter'],
): Promise<Opened> {
  const faults: string[] = [];
  const server = uiServer({
    runs: join(folder.path, '.no-runs'),
    cache: join(folder.path, '.no-cache'),
    labels: { folder, drafter, training: ['recipe=finetune'], close: async () => {} },
    token: 'token-of-this-test',
    allowRemote: false,
    onError: (error) => faults.push(`${error}`),
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
    folder.close();
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const page = await (await (await openBrowser()).newContext(device)).newPage();
  page.setDefaultTimeout(PATIENCE);
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(`${origin}/`)) faults.push(`request to ${request.url()}`);
  });
  await page.goto(`${origin}/?token=token-of-this-test#/labels`);
  return { page, faults };
}

async function openBrowser(): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: CHROME!, args: ['--no-sandbox'] });
  onTestFinished(() => browser.close());
  return browser;
}

/** Run in the page. */
const SEE = `new Promise(requestAnimationFrame).then(async () => {
  const picture = document.querySelector('img.picture');
  await picture.decode();
  const { left, top, width } = picture.getBoundingClientRect();
  return { left, top, scale: width / picture.naturalWidth };
})`;
/** Tells what somebody reads: that the page says "Saved", and how many texts there are. */
const REPORT = `
  let told = -1;
  setInterval(() => {
    if (document.querySelector('.save')?.textContent !== 'Saved') return;
    const count = Number.parseInt(document.querySelector('.texts h2').textContent, 10);
    if (count !== told) saved(count);
    told = count;
  }, 1);`;

/** Somebody at the page, who sees where the picture stands on the screen. */
class Person {
  constructor(readonly page: Page) {}

  /** Where a point of the picture is on the screen, once the page stands still. */
  async see([x, y]: Point): Promise<Point> {
    const { left, top, scale } = await this.page.evaluate<{ left: number; top: number; scale: number }>(SEE);
    return [left + x * scale, top + y * scale];
  }

  async click(at: Point): Promise<void> {
    await this.page.mouse.click(...(await this.see(at)));
  }

  async drag(from: Point, to: Point): Promise<void> {
    await this.page.mouse.move(...(await this.see(from)));
    await this.page.mouse.down();
    await this.page.mouse.move(...(await this.see([(from[0] + to[0]) / 2, (from[1] + to[1]) / 2])));
    await this.page.mouse.move(...(await this.see(to)));
    await this.page.mouse.up();
  }

  async press(...keys: string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** Chooses the text at a point and looks closely at it. */
  async lookAt(at: Point): Promise<void> {
    await this.press('0');
    await this.click(at);
    await this.press('f');
  }

  async isSaved(): Promise<void> {
    await this.page.locator('.save[data-state=saved]').waitFor();
  }
}

interface Mistake {
  /** What the detector makes of a text. */
  readonly drafted: (text: LabelText) => LabelText[];
  /** What the person meant to have there. */
  readonly intended?: (text: LabelText) => LabelText[];
  readonly correct: (person: Person, text: LabelText) => Promise<void>;
}

const shifted = (text: LabelText, dx: number, dy: number): LabelText => ({
  ...text,
  polygon: text.polygon.map(([x, y]) => [x + dx, y + dy]),
});
const middle = ({ polygon }: LabelText): Point => [
  (polygon[0]![0] + polygon[2]![0]) / 2,
  (polygon[0]![1] + polygon[2]![1]) / 2,
];
const halves = ({ polygon, ignore }: LabelText): [LabelText, LabelText] => {
  const [[x, y], , [right, bottom]] = polygon as [Point, Point, Point];
  const half = (right - x) / 2;
  return [box(x, y, half, bottom - y, ignore), box(x + half, y, half, bottom - y, ignore)];
};

const MISTAKES: readonly Mistake[] = [
  {
    drafted: (text) => [shifted(text, 4, -3)],
    async correct(person, text) {
      const [x, y] = middle(text);
      await person.lookAt([x + 4, y - 3]);
      await person.drag([x + 4, y - 3], [x, y]);
    },
  },
  {
    drafted: (text) => [
      { ...text, polygon: text.polygon.map(([x, y], i) => (i === 2 ? [x - 3, y + 2] : [x, y])) },
    ],
    async correct(person, text) {
      const [x, y] = text.polygon[2]!;
      await person.lookAt(middle(text));
      await person.drag([x - 3, y + 2], [x, y]);
    },
  },
  {
    drafted: halves,
    async correct(person, text) {
      const [left, right] = halves(text);
      await person.lookAt(middle(left));
      await person.press('m');
      await person.click(middle(right));
    },
  },
  {
    drafted: (text) => [text],
    intended: halves,
    async correct(person, text) {
      await person.lookAt(middle(text));
      await person.press('s', 'Enter');
    },
  },
  {
    drafted: () => [],
    async correct(person, text) {
      await person.press('0', 'a');
      await person.drag(text.polygon[0]!, text.polygon[2]!);
    },
  },
  {
    drafted: (text) => [text],
    intended: () => [],
    async correct(person, text) {
      await person.lookAt(middle(text));
      await person.press('Delete');
    },
  },
  {
    drafted: (text) => [{ ...text, ignore: false }],
    intended: (text) => [{ ...text, ignore: true }],
    async correct(person, text) {
      await person.lookAt(middle(text));
      await person.press('i');
    },
  },
  {
    // By the keyboard alone, and with a step too far.
    drafted: (text) => [shifted(text, -2, 1)],
    async correct(person, text) {
      const [x, y] = middle(text);
      await person.lookAt([x - 2, y + 1]);
      await person.press(
        'ArrowRight',
        'ArrowRight',
        'ArrowUp',
        'Delete',
        'Control+z',
        'c',
        'ArrowDown',
        'Control+z',
      );
    },
  },
];

/** In no order: people correct one text after the other. */
const sorted = (texts: readonly LabelText[]) =>
  texts.map(({ polygon, ignore }) => JSON.stringify([polygon, ignore])).sort();

describe.skipIf(CHROME === undefined)('labelling on the page of inkstone ui', () => {
  it('makes of 20 receipts without labels the labels that a person meant, by mouse and keyboard', async () => {
    const { root, texts } = await receipts(20);
    const folder = await LabelFolder.open(root, () => {});
    const intended = new Map<string, LabelText[]>();
    for (const [at, [name, all]] of [...texts].entries()) {
      const mistakes = all.map((text, index) => [MISTAKES[(at + index) % MISTAKES.length]!, text] as const);
      folder.saveDraft(
        name,
        mistakes.flatMap(([mistake, text]) => mistake.drafted(text)),
        at,
      );
      intended.set(
        name,
        mistakes.flatMap(([{ intended }, text]) => intended?.(text) ?? [text]),
      );
    }
    const { page, faults } = await openPage(folder);
    const person = new Person(page);
    await page.getByText('0 of 20 pictures confirmed').waitFor();
    await page.getByRole('link', { name: 'Label the next picture' }).click();
    // The most doubtful one comes first.
    for (const [at, name] of [...texts.keys()].reverse().entries()) {
      await page.getByRole('heading', { name, level: 1 }).waitFor();
      await page.getByText(`${at} of 20 confirmed`).waitFor();
      for (const [index, text] of texts.get(name)!.entries()) {
        await MISTAKES[(19 - at + index) % MISTAKES.length]!.correct(person, text);
      }
      await person.press('Escape', 'Enter');
    }
    await page.getByText('20 of 20 pictures confirmed').waitFor();
    expect(await nameless(page)).toEqual([]);
    const labels = labelsOn(root);
    for (const [name, expected] of intended) {
      expect([name, sorted(labels.get(name)!)]).toEqual([name, sorted(expected)]);
    }
    expect(faults).toEqual([]);
  });

  it('shows where the keys go: on a picture that is larger than the stage, and on a phone in the list', async () => {
    const { root, texts } = await receipts(1);
    const folder = await LabelFolder.open(root, () => {});
    folder.saveDraft('00.png', texts.get('00.png')!, 1);
    const { page } = await openPage(folder);
    const person = new Person(page);
    await page.getByRole('link', { name: '00.png' }).first().click();
    const stage = page.getByRole('application');
    await stage.focus();
    await person.press(...'++++++++');
    const [x] = await person.see([0, 0]);
    const { x: left, y: top, height } = (await stage.boundingBox())!;
    expect(x).toBeLessThan(left);
    const clip = { x: Math.ceil(left) + 1, y: top + height / 2, width: 1, height: 1 };
    const color = async () => [
      ...(await sharp(await page.screenshot({ clip }))
        .removeAlpha()
        .raw()
        .toBuffer()),
    ];
    // --accent in light colours.
    expect(await color()).toEqual([0x1f, 0x5f, 0xbf]);
    await page.setViewportSize({ width: 390, height: 844 });
    const list = page.getByRole('listbox');
    await list.focus();
    const { width } = (await list.boundingBox())!;
    expect(width).toBeGreaterThan(300);
  });

  it('draws anew on a screen with finer pixels, and says what the detector could not read', async () => {
    const { root, texts } = await receipts(1);
    const folder = await LabelFolder.open(root, () => {});
    folder.saveDraft('00.png', texts.get('00.png')!, 1);
    const detector = { want: () => {}, work: async () => {}, problemOf: () => 'the image is truncated' };
    const view = () => ({ model: null, waiting: 0, problem: null });
    const { page } = await openPage(folder, {}, { ...detector, view });
    await page.getByRole('link', { name: '00.png' }).first().click();
    await page.getByText('No boxes were drawn on it: the image is truncated.').waitFor();
    await page.keyboard.press('n');
    const fineness = () =>
      page.evaluate<number>(
        `(({ width, style }) => width / Number.parseFloat(style.width))(document.querySelector('.stage canvas'))`,
      );
    await vi.waitFor(async () => expect(await fineness()).toBe(1), PATIENCE);
    const session = await page.context().newCDPSession(page);
    // The emulation tells a page only of a change that moves what is on it.
    const screen = { width: 1281, height: 720, deviceScaleFactor: 2, mobile: false };
    await session.send('Emulation.setDeviceMetricsOverride', screen);
    await vi.waitFor(async () => expect(await fineness()).toBe(2), PATIENCE);
  });

  it('loses nothing that was shown as saved, whenever the server is killed or the tab closed', async () => {
    const { root } = await receipts(1);
    const browser = await openBrowser();
    const context = await browser.newContext();
    const chance = new RandomStream('kills', 1, 0);
    let shown = 0;
    await context.exposeFunction('saved', (count: number) => {
      shown = Math.max(shown, count);
    });
    await context.addInitScript(REPORT);
    let server: Server | undefined;
    for (const round of ['tab', 'server', 'tab', 'server'] as const) {
      server ??= await serve(root);
      const page = await context.newPage();
      await page.goto(`${server.address}#/labels/00.png`);
      const person = new Person(page);
      await person.isSaved();
      const end = round === 'tab' ? () => page.close() : server.kill;
      let isOver = false;
      const over = setTimeout(chance.between(20, 700))
        .then(end)
        .finally(() => {
          isOver = true;
        });
      // Enter puts a text in the middle.
      while (!isOver) await person.press('a', 'Enter').catch(() => {});
      await over;
      await page.close();
      if (round === 'tab') continue;
      server = undefined;
      const { texts } = await heldIn(root, '00.png');
      expect(texts.length).toBeGreaterThanOrEqual(shown);
    }
    expect(shown).toBeGreaterThan(0);
  });

  it('goes on with unsaved work when the server is there again', async () => {
    const { root } = await receipts(1);
    const first = await serve(root);
    const context = await (await openBrowser()).newContext();
    const page = await context.newPage();
    await page.goto(`${first.address}#/labels/00.png`);
    const person = new Person(page);
    await person.isSaved();
    await first.kill();
    await person.press('a', 'Enter');
    await page.getByText('inkstone ui does not answer').waitFor();
    const { texts: before } = await heldIn(root, '00.png');
    const again = await serve(root, '--port', String(first.port));
    // Its new token comes with the address that it prints, in another tab.
    await (await context.newPage()).goto(again.address);
    await person.isSaved();
    await again.kill();
    const { texts, state } = await heldIn(root, '00.png');
    expect([texts.length, state]).toEqual([before.length + 1, 'edited']);
  });

  it('keeps what it does not know of a word that is moved, and says when the folder was moved', async () => {
    const { root, texts } = await receipts(1);
    const file = join(root, 'labels.json');
    const text = texts.get('00.png')![0]!;
    const word = { points: text.polygon, transcription: 'X', language: 'de' };
    writeFileSync(file, JSON.stringify({ images: { '00.png': { words: { w7: word } } } }));
    const folder = await LabelFolder.open(root, () => {});
    const { page } = await openPage(folder);
    const person = new Person(page);
    await page.getByRole('link', { name: '00.png' }).first().click();
    const [x, y] = middle(text);
    await person.lookAt([x, y]);
    await person.drag([x, y], [x + 4, y - 3]);
    await person.isSaved();
    const { images } = JSON.parse(readFileSync(file, 'utf8'));
    expect(images['00.png'].words).toEqual({ w7: { ...word, points: shifted(text, 4, -3).polygon } });
    const moved = join(temporaryFolder(), 'moved');
    renameSync(root, moved);
    onTestFinished(() => renameSync(moved, root));
    await person.press('n', 'Delete');
    await page.getByText(`${root} was moved or replaced`).waitFor();
    await page.goto(page.url().replace(/#.*/, '#/labels'));
    await page.getByRole('alert').getByText('was moved or replaced').waitFor();
  });

  it('asks which work stays when two tabs have changed one picture, and loses neither', async () => {
    const { root, texts } = await receipts(1);
    const folder = await LabelFolder.open(root, () => {});
    const drafted = texts.get('00.png')!;
    folder.saveDraft('00.png', drafted, 1);
    const { page } = await openPage(folder);
    const other = await page.context().newPage();
    const address = page.url().replace('#/labels', '#/labels/00.png');
    const [mine, theirs] = [new Person(page), new Person(other)];
    const count = async (tab: Page) => Number.parseInt((await tab.locator('.texts h2').textContent())!, 10);
    for (const { page: tab } of [mine, theirs]) {
      await tab.goto(address);
      await tab.getByRole('heading', { name: '00.png', level: 1 }).waitFor();
    }
    await mine.press('n', 'Delete');
    await mine.isSaved();
    // A tab in which nothing was done follows.
    await expect.poll(() => count(other)).toBe(drafted.length - 1);
    await theirs.press('a', 'Enter');
    await theirs.isSaved();
    await mine.press('n', 'i');
    await page.getByText('This picture was changed elsewhere').waitFor();
    expect(folder.held('00.png').texts).toHaveLength(drafted.length);

    await page.getByRole('button', { name: 'Take the other' }).click();
    await mine.isSaved();
    expect(await count(page)).toBe(drafted.length);
    await mine.press('Control+z');
    await mine.isSaved();
    const [first] = folder.held('00.png').texts;
    expect([folder.held('00.png').texts.length, first!.ignore]).toEqual([drafted.length - 1, true]);

    await theirs.press('n', 'Delete');
    await other.getByRole('button', { name: 'Keep mine' }).click();
    await theirs.isSaved();
    expect(folder.held('00.png').texts.length).toBe(await count(other));
  });

  it('works with fingers on a phone, and shows names as text whatever they hold', async () => {
    const { root, texts } = await receipts(1);
    const [, text] = texts.get('00.png')!;
    const name = '<img src=x onerror=alert(1)>\u0007&amp; #?%41.png';
    renameSync(join(root, '00.png'), join(root, name));
    const folder = await LabelFolder.open(root, () => {});
    folder.saveDraft(name, [text!], 1);
    const { page, faults } = await openPage(folder, {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
    });
    await page.getByRole('link', { name }).first().click();
    await page.getByRole('heading', { name, level: 1 }).waitFor();
    const person = new Person(page);
    const fingers = await page.context().newCDPSession(page);
    const touch = (type: string, ...points: Point[]) =>
      fingers.send('Input.dispatchTouchEvent', {
        type: type as 'touchStart',
        touchPoints: points.map(([x, y], id) => ({ x, y, id })),
      });
    const width = async () => (await person.see([100, 0]))[0] - (await person.see([0, 0]))[0];
    const before = await width();
    await touch('touchStart', [150, 400], [250, 400]);
    await touch('touchMove', [100, 400], [300, 400]);
    await touch('touchEnd');
    expect((await width()) / before).toBeCloseTo(2, 1);

    await page.getByRole('button', { name: 'Show the whole picture' }).tap();
    expect(await nameless(page)).toEqual([]);
    await page.touchscreen.tap(...(await person.see(middle(text!))));
    await page.getByRole('button', { name: 'Unreadable: ignore the text in training' }).tap();
    await page.getByRole('button', { name: 'Add a text' }).tap();
    const [from, to] = [await person.see([10, 10]), await person.see([40, 22])];
    await touch('touchStart', from);
    await touch('touchMove', to);
    await touch('touchEnd');
    await page.getByRole('button', { name: 'Confirm, next' }).tap();
    await page.getByText('1 of 1 pictures confirmed').waitFor();
    const [labelled] = readDataset(
      datasetSchema.parse({ name: 'json', root: join(root, 'labels.json'), val_fraction: 0 }),
      'train',
    ).samples;
    expect(sorted(labelled!.instances)).toEqual(sorted([{ ...text!, ignore: true }, box(10, 10, 30, 12)]));
    expect(await page.title()).toBe('Labels – Inkstone');
    expect(faults).toEqual([]);
  });
});

/** What lies on the disk, for whoever opens the folder next. */
async function heldIn(root: string, name: string): Promise<Held> {
  const folder = await LabelFolder.open(root, () => {});
  const held = folder.held(name);
  folder.close();
  return held;
}
