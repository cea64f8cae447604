/** First paint of the page of `inkstone ui`, and its list of many long runs. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { median } from '../packages/inkstone/src/system/index.js';
import { visit } from '../scripts/browser.js';

export async function benchPage(args: readonly string[]): Promise<void> {
  const command = new Command('bench page')
    .option('--runs <n>', 'runs in the list', '500')
    .option('--rows <n>', 'logged steps of each', '5000')
    .option('--repeat <n>', 'times the page is opened', '5')
    .parse(args, { from: 'user' });
  const { runs, rows, repeat } = command.opts<Record<'runs' | 'rows' | 'repeat', string>>();
  const folder = mkdtempSync(join(tmpdir(), 'inkstone-page-'));
  try {
    for (let run = 0; run < Number(runs); run += 1) writeRun(join(folder, `run-${run}`), Number(rows));
    const { open, close, faults } = await visit(folder, join(folder, 'no-cache'));
    const [paint, list, curves]: [number[], number[], number[]] = [[], [], []];
    try {
      for (let time = 0; time < Number(repeat); time += 1) {
        const page = await open('runs');
        // The page's own clock begins when it is asked for.
        await page
          .locator('tbody tr')
          .nth(Number(runs) - 1)
          .waitFor();
        list.push(await page.evaluate(() => performance.now()));
        paint.push(
          await page.evaluate(
            () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
          ),
        );
        await page.context().close();
        const one = await open('runs/run-0');
        await one.locator('canvas').first().waitFor();
        curves.push(await one.evaluate(() => performance.now()));
        await one.context().close();
      }
    } finally {
      await close();
    }
    console.log(
      `${runs} runs of ${rows} logged steps, median of ${repeat}, in milliseconds after the page was asked for`,
    );
    for (const [what, times] of [
      ['first paint', paint],
      ['all runs in the list', list],
      ['curves of one run', curves],
    ] as const) {
      console.log(`  ${what.padEnd(22)} ${median(times)?.toFixed(0)}`);
    }
    console.log(`  errors in the console  ${faults.length}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** As long as what a run writes when it logs every step. */
function writeRun(folder: string, rows: number): void {
  mkdirSync(folder);
  writeFileSync(join(folder, 'config.yaml'), 'exp_name: mine\nbatch_size: 4\n');
  const lines = (row: (step: number) => object) =>
    Array.from(
      { length: rows },
      (_, index) => `${JSON.stringify({ step: index + 1, ...row(index) })}\n`,
    ).join('');
  const figures = [
    'loss',
    'loss_probability',
    'loss_threshold',
    'loss_binary',
    'learning_rate',
    'gradient_norm',
  ];
  const train = (index: number) =>
    figures.map((name, place) => [`train/${name}`, 1 / (1 + index * (place + 1))]);
  writeFileSync(
    join(folder, 'metrics.jsonl'),
    lines((index) => ({ epoch: Math.floor(index / 100), ...Object.fromEntries(train(index)) })),
  );
  writeFileSync(
    join(folder, 'system.jsonl'),
    lines((index) => ({ 'time/batch_seconds_mean': 0.1, 'memory/rss_bytes': 5e8 + index })),
  );
}
