/** The label page while somebody moves a picture of 12 megapixels: frames, and what the page itself costs in each, by the browser's own trace. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Command } from 'commander';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { LabelFolder } from '../packages/inkstone/src/ui/labels/label-folder.js';
import type { LabelText } from '../packages/inkstone/src/ui/labels/protocol.js';
import { visit } from '../scripts/browser.js';

const NAME = 'photo.jpg';
const [WIDTH, HEIGHT] = [4000, 3000];
/** Texts stand in so many columns. */
const COLUMNS = 10;
/** Between two reports of a mouse. */
const REPORT_MILLISECONDS = 8;
const CONTROL = 2;
/** Of the screen. */
const FRAME_MILLISECONDS = 1000 / 60;
const CATEGORIES = [
  'toplevel',
  'devtools.timeline',
  'disabled-by-default-devtools.timeline.frame',
  'blink.user_timing',
  'viz',
];
/** Of what the screen shows. */
const DRAWN = 'DirectRenderer::DrawFrame';
/** All of a thread's work is in these. */
const TASKS = ['ThreadControllerImpl::RunTask', 'ThreadPool_RunTask'];

/** Run in the page. */
const BLINK = `(() => {
  document.body.innerHTML = '<div style="width: 10px; height: 10px; background: black"></div>';
  const again = (time) => {
    document.querySelector('div').style.opacity = 0.5 + Math.sin(time / 100) / 2;
    requestAnimationFrame(again);
  };
  requestAnimationFrame(again);
})()`;
const DECODED = `document.querySelector('img.picture').decode()`;
const SEEN = `(async () => {
  // The view that was asked for is drawn in the next frame.
  for (const _ of [1, 2]) await new Promise(requestAnimationFrame);
  const picture = document.querySelector('img.picture');
  const { left, top, width } = picture.getBoundingClientRect();
  return { left, top, scale: width / picture.naturalWidth };
})()`;

type Place = readonly [x: number, y: number];

/** As the browser's DevTools protocol has it. */
interface MouseReport {
  readonly type: 'mouseMoved' | 'mouseWheel';
  readonly x: number;
  readonly y: number;
  readonly button?: 'left';
  readonly buttons?: number;
  readonly modifiers?: number;
  readonly deltaX?: number;
  readonly deltaY?: number;
}

interface Movement {
  readonly name: string;
  /** Before it is measured. */
  prepare(page: Page): Promise<void>;
  /** What the mouse reports so many milliseconds after its first report. */
  report?(time: number): MouseReport;
  finish(page: Page): Promise<void>;
}

export async function benchLabels(args: readonly string[]): Promise<void> {
  const command = new Command('bench labels')
    .option('--texts <n>', 'texts on the picture', '150')
    .option('--seconds <n>', 'of each movement', '4')
    .parse(args, { from: 'user' });
  const { texts, seconds } = command.opts<Record<'texts' | 'seconds', string>>();
  const root = mkdtempSync(join(tmpdir(), 'inkstone-labels-'));
  try {
    await drawPicture(join(root, NAME));
    const folder = await LabelFolder.open(root, () => {});
    const all = textsOf(Number(texts));
    folder.saveDraft(NAME, all, 1);
    const labels = { folder, drafter: undefined, training: [], close: async () => {} };
    const { browser, open, close, faults } = await visit(join(root, 'runs'), join(root, 'cache'), labels);
    try {
      const page = await open(`labels/${NAME}`, { viewport: { width: 1366, height: 768 } });
      await page.locator('img.picture').waitFor();
      await page.evaluate(DECODED);
      console.log(
        `${(WIDTH * HEIGHT) / 1e6} megapixels, ${texts} texts, ${seconds} s of each movement; milliseconds, median and 95th percentile`,
      );
      for (const movement of [...movements(all[0]!), EMPTY]) {
        const { frames, work, total } = await measure(browser, page, movement, Number(seconds));
        const late = frames.filter((time) => time > 1.5 * FRAME_MILLISECONDS).length;
        console.log(
          `  ${movement.name.padEnd(14)} frame to frame ${pair(frames)}   at work in a frame: page's own thread ${pair(work)}, all of the browser ${total.toFixed(1)}   ` +
            `${frames.length} frames, ${late} of them late`,
        );
      }
      console.log(`  errors in the console  ${faults.length}`);
    } finally {
      await close();
      folder.close();
    }
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** For comparison: what the browser takes here for a page that asks for next to nothing. */
const EMPTY: Movement = {
  name: 'empty page',
  async prepare(page) {
    await page.goto('about:blank');
    await page.evaluate(BLINK);
  },
  finish: async () => {},
};

/** Noise, as in a photo in poor light: nothing that a browser could skip. */
async function drawPicture(file: string): Promise<void> {
  const noise = { type: 'gaussian', mean: 170, sigma: 25 } as const;
  await sharp({ create: { width: WIDTH, height: HEIGHT, channels: 3, background: '#000', noise } })
    .jpeg()
    .toFile(file);
}

function textsOf(count: number): LabelText[] {
  const [across, down] = [WIDTH / COLUMNS, HEIGHT / Math.ceil(count / COLUMNS)];
  return Array.from({ length: count }, (_, index) => {
    const [x, y] = [(index % COLUMNS) * across + 20, Math.floor(index / COLUMNS) * down + 20];
    const [right, bottom] = [x + across - 40, y + down / 2];
    const polygon: Place[] = [
      [x, y],
      [right, y + 8],
      [right, bottom + 8],
      [x, bottom],
    ];
    return { polygon, transcript: '', ignore: index % 9 === 0, score: (index % 7) / 7 };
  });
}

function movements({ polygon }: LabelText): Movement[] {
  const seeing = async (page: Page, [x, y]: Place): Promise<Place> => {
    const { left, top, scale } = await page.evaluate<{ left: number; top: number; scale: number }>(SEEN);
    return [left + x * scale, top + y * scale];
  };
  const middle: Place = [600, 400];
  const around = ([x, y]: Place, time: number, radius: number): Place => [
    x + radius * Math.sin(time / 200),
    y + radius * (1 - Math.cos(time / 300)),
  ];
  const lookAtAll = async (page: Page) => {
    await page.keyboard.press('Escape');
    await page.keyboard.press('0');
  };
  let grip: Place = middle;
  const dragged = ([x, y]: Place): MouseReport => ({ type: 'mouseMoved', x, y, button: 'left', buttons: 1 });
  const letGo = (page: Page) => page.mouse.up();
  return [
    {
      name: 'move, near',
      async prepare(page) {
        await lookAtAll(page);
        for (const key of ['+', '+', '+', '+', '+']) await page.keyboard.press(key);
        await page.mouse.move(...middle);
        await page.mouse.down();
      },
      report: (time) => dragged(around(middle, time, 250)),
      finish: letGo,
    },
    {
      name: 'zoom',
      prepare: lookAtAll,
      // To and fro between all of it and pixels.
      report: (time) => ({
        type: 'mouseWheel',
        x: middle[0],
        y: middle[1],
        modifiers: CONTROL,
        deltaX: 0,
        deltaY: time % 2000 < 1000 ? -10 : 10,
      }),
      finish: async () => {},
    },
    {
      name: 'drag a corner',
      async prepare(page) {
        await lookAtAll(page);
        await page.keyboard.press('n');
        grip = await seeing(page, polygon[2]!);
        await page.mouse.move(...grip);
        await page.mouse.down();
      },
      report: (time) => dragged(around(grip, time, 15)),
      finish: letGo,
    },
  ];
}

/** A mouse reports whether or not the page has come to the report before, so nothing waits for the browser's answers. */
async function measure(browser: Browser, page: Page, movement: Movement, seconds: number) {
  const session = await page.context().newCDPSession(page);
  await movement.prepare(page);
  // What the preparation has drawn is over.
  await setTimeout(500);
  await browser.startTracing(page, { categories: CATEGORIES, screenshots: false });
  await page.evaluate(() => performance.mark('bench-begin'));
  const answers: Promise<unknown>[] = [];
  const begin = performance.now();
  for (let time = 0; time < 1000 * seconds; time = performance.now() - begin) {
    const report = movement.report?.(time);
    if (report !== undefined) answers.push(session.send('Input.dispatchMouseEvent', report));
    await setTimeout(REPORT_MILLISECONDS - ((performance.now() - begin) % REPORT_MILLISECONDS));
  }
  await Promise.all(answers);
  await page.evaluate(() => performance.mark('bench-end'));
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as {
    traceEvents: TraceEvent[];
  };
  await movement.finish(page);
  return framesIn(traceEvents);
}

/** Times are microseconds. */
interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  /** Of the processor. */
  readonly tdur?: number;
}

/**
 * Milliseconds between frames that the screen showed; of the processor for the page's main thread between them: script, style, layout, paint; and
 * for a frame's share of all that the browser's threads do.
 */
function framesIn(events: readonly TraceEvent[]): { frames: number[]; work: number[]; total: number } {
  const mark = (name: string): TraceEvent => {
    const found = events.find((event) => event.name === name);
    if (found === undefined) throw new Error(`${name} is not in the browser's trace`);
    return found;
  };
  const [begin, end] = [mark('bench-begin'), mark('bench-end')];
  const within = events.filter(({ ts }) => ts >= begin.ts && ts <= end.ts);
  const drawn = within
    .filter(({ name }) => name === DRAWN)
    .map(({ ts }) => ts)
    .sort((a, b) => a - b);
  const tasks = within.filter(({ name, ph }) => TASKS.includes(name) && ph === 'X');
  const sum = (some: readonly TraceEvent[]) => some.reduce((total, { tdur = 0 }) => total + tdur, 0) / 1000;
  const main = tasks.filter(({ pid, tid }) => pid === begin.pid && tid === begin.tid);
  const frames = drawn.slice(1).map((ts, index) => (ts - drawn[index]!) / 1000);
  const work = drawn
    .slice(1)
    .map((ts, index) => sum(main.filter((task) => task.ts > drawn[index]! && task.ts <= ts)));
  return { frames, work, total: sum(tasks) / drawn.length };
}

function pair(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]?.toFixed(1).padStart(5);
  return `${at(0.5)} ${at(0.95)}`;
}
